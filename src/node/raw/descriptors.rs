//! Descriptors that JavaScript has opened, by their numbers.

use std::io;

/// Reads what the system has in memory of a file, without waiting for the rest: `WouldBlock` if it
/// has nothing, `Unsupported` where a file or the system cannot tell. A negative position is where
/// the descriptor stands, which moves on.
#[cfg(target_os = "linux")]
pub(in crate::node) fn read_held(fd: i32, octets: &mut [u8], position: i64) -> io::Result<usize> {
    use std::os::fd::BorrowedFd;

    use rustix::io::{ReadWriteFlags, preadv2};

    if fd < 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: it is not -1, and borrowed for this call only, during which no JavaScript of this
    // thread closes it. A number that is nobody's any more is refused by the system; one that has
    // become another's is read, which is what `fs.read` would do with it.
    let fd = unsafe { BorrowedFd::borrow_raw(fd) };
    let position = u64::try_from(position).unwrap_or(u64::MAX);
    let mut slices = [io::IoSliceMut::new(octets)];
    Ok(preadv2(fd, &mut slices, position, ReadWriteFlags::NOWAIT)?)
}

/// Only Linux can tell what it has in memory.
#[cfg(not(target_os = "linux"))]
pub(in crate::node) fn read_held(_: i32, _: &mut [u8], _: i64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}
