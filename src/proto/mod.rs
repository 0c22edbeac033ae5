//! Placeholder: the module lands with its own commit.
