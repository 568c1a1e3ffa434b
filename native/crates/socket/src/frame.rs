//! A frame is a 4-byte big-endian length and that many bytes.

use std::fmt;
use std::io::{self, Read, Write};

/// Why no frame could be read.
#[derive(Debug)]
pub enum FrameError {
    /// The announced length is beyond the limit; the connection cannot go on.
    TooLarge {
        /// Announced length in bytes.
        announced: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection broke.
    Io(io::Error),
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::TooLarge { announced, limit } => {
                write!(f, "a frame of {announced} bytes is over the limit of {limit}")
            }
            FrameError::Io(error) => write!(f, "the connection broke: {error}"),
        }
    }
}

impl std::error::Error for FrameError {}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        FrameError::Io(error)
    }
}

/// Reads one frame; `None` when the peer closed the connection between two frames.
///
/// # Errors
/// When the frame is larger than `limit` or the connection breaks in the middle.
pub fn read_frame(stream: &mut impl Read, limit: usize) -> Result<Option<Vec<u8>>, FrameError> {
    let mut head = [0u8; 4];
    let mut filled = 0;
    while filled < head.len() {
        match stream.read(&mut head[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    let announced = u32::from_be_bytes(head) as usize;
    if announced > limit {
        return Err(FrameError::TooLarge { announced, limit });
    }
    // Memory grows with what really arrives, not with what a peer announces.
    let mut body = Vec::with_capacity(announced.min(64 * 1024));
    let read = stream.take(announced as u64).read_to_end(&mut body)?;
    if read < announced {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(Some(body))
}

/// Writes one frame in a single call, so that frames of several threads cannot interleave.
///
/// # Errors
/// When the body is longer than a frame can be or the connection breaks.
pub fn write_frame(stream: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "frame over 4 GiB"))?;
    let mut frame = Vec::with_capacity(4 + body.len());
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(body);
    stream.write_all(&frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_oversized_frame_is_refused_before_it_is_read() {
        let bytes = [0xff, 0xff, 0xff, 0xff, b'x'];
        let error = read_frame(&mut &bytes[..], 1000).unwrap_err();
        assert!(matches!(error, FrameError::TooLarge { limit: 1000, .. }));
    }

    #[test]
    fn a_cut_frame_is_an_error_and_a_closed_connection_is_not() {
        assert!(read_frame(&mut &[0, 0, 0, 2, 1][..], 10).is_err());
        assert!(read_frame(&mut &[0, 0][..], 10).is_err());
        assert!(read_frame(&mut &[][..], 10).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bodies: Vec<Vec<u8>>) {
            let mut wire = Vec::new();
            for body in &bodies {
                write_frame(&mut wire, body).unwrap();
            }
            let mut stream = &wire[..];
            for body in &bodies {
                prop_assert_eq!(&read_frame(&mut stream, 1 << 20).unwrap().unwrap(), body);
            }
            prop_assert!(read_frame(&mut stream, 1 << 20).unwrap().is_none());
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = read_frame(&mut &bytes[..], 64);
        }
    }
}
