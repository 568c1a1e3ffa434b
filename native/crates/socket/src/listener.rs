//! Binding a socket that only its owner may use.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// A bound socket of mode 0600 and the lock that makes it ours.
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    /// Held for the listener's life: whoever has it may replace the socket file.
    _lock: File,
}

impl Listener {
    /// Binds `path`, taking over a socket file that a dead process left behind.
    ///
    /// # Errors
    /// When a live process serves the path, something that is no socket lies there, the path is
    /// too long for a socket, or the directory cannot be written.
    pub fn bind(path: &Path) -> io::Result<Self> {
        let lock = lock(path)?;
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path)?,
            Ok(_) => {
                let text = format!("{} exists and is no socket", path.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
        Ok(Listener { socket: bind_private(path)?, path: path.to_owned(), _lock: lock })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for a connection of the same user or root; others are closed without a word.
    ///
    /// # Errors
    /// When the listener was closed or the system is out of descriptors.
    pub fn accept(&self) -> io::Result<UnixStream> {
        loop {
            let (stream, _) = self.socket.accept()?;
            if peer_is_trusted(&stream) {
                return Ok(stream);
            }
        }
    }

    /// Makes a waiting [`Listener::accept`] fail, now and ever after.
    pub fn close(&self) {
        // SAFETY: the descriptor is open as long as `self.socket` lives.
        unsafe { libc::shutdown(self.socket.as_raw_fd(), libc::SHUT_RDWR) };
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // The lock file stays: removing it would let two processes hold "the" lock.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn lock(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false).mode(0o600).open(name)?;
    // SAFETY: the descriptor is open as long as `file` lives.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } != 0 {
        let error = io::Error::last_os_error();
        return Err(match error.kind() {
            io::ErrorKind::WouldBlock => io::Error::new(
                io::ErrorKind::AddrInUse,
                format!("another process already serves {}", path.display()),
            ),
            _ => error,
        });
    }
    Ok(file)
}

/// Binds with mode 0600 from the first moment on: Linux takes the mode from the socket's inode.
fn bind_private(path: &Path) -> io::Result<UnixListener> {
    // SAFETY: an all-zero sockaddr_un is valid.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    let bytes = path.as_os_str().as_bytes();
    if bytes.len() >= address.sun_path.len() || bytes.contains(&0) {
        let text = format!(
            "the socket path {} is longer than the {} bytes a Unix socket may have",
            path.display(),
            address.sun_path.len() - 1
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    for (to, from) in address.sun_path.iter_mut().zip(bytes) {
        *to = *from as libc::c_char;
    }
    // SAFETY: plain system calls; the descriptor is owned at once and `address` outlives `bind`.
    unsafe {
        let fd = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        let socket = OwnedFd::from_raw_fd(fd);
        let size = std::mem::size_of_val(&address) as libc::socklen_t;
        let address = std::ptr::from_ref(&address).cast();
        if libc::fchmod(fd, 0o600) != 0
            || libc::bind(fd, address, size) != 0
            || libc::listen(fd, 64) != 0
        {
            return Err(io::Error::last_os_error());
        }
        Ok(UnixListener::from(socket))
    }
}

/// Whether the other side runs as this user or as root.
fn peer_is_trusted(stream: &UnixStream) -> bool {
    let mut peer = libc::ucred { pid: 0, uid: u32::MAX, gid: u32::MAX };
    let mut size = std::mem::size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: `peer` and `size` outlive the call and `size` is that of `peer`.
    let known = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            std::ptr::from_mut(&mut peer).cast(),
            &mut size,
        )
    };
    // SAFETY: geteuid has no preconditions.
    known == 0 && (peer.uid == 0 || peer.uid == unsafe { libc::geteuid() })
}
