//! Sets the linker up for a Node addon; does nothing for the engine alone.

fn main() {
    #[cfg(feature = "node")]
    napi_build::setup();
}
