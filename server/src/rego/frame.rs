//! What goes through the pipes of a worker: JSON with its length in four bytes before it.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// No question and no answer is longer.
const LONGEST: usize = 8 * 1024 * 1024;

fn bounded(length: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST { Err(io::Error::other("a frame is too long")) } else { Ok(length) }
}

fn framed(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let text = serde_json::to_vec(value)?;
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("a frame is too long"))?;
    Ok([&length.to_be_bytes()[..], &text].concat())
}

/// Reads one; `None` at the end.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut text = vec![0; bounded(length)?];
    from.read_exact(&mut text)?;
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Writes one.
pub fn write(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    to.write_all(&framed(value)?)?;
    to.flush()
}

/// Sends one and waits for the answer to it.
pub async fn ask<T: DeserializeOwned>(
    to: &mut (impl AsyncWrite + Unpin),
    from: &mut (impl AsyncRead + Unpin),
    value: &impl Serialize,
) -> io::Result<T> {
    to.write_all(&framed(value)?).await?;
    to.flush().await?;
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let mut text = vec![0; bounded(length)?];
    from.read_exact(&mut text).await?;
    Ok(serde_json::from_slice(&text)?)
}
