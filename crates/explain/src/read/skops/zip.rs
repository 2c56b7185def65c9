//! The entries of a zip that is stored without compression, as skops writes it.

use std::collections::HashMap;

use super::malformed;
use crate::read::shown::shown;
use crate::{Error, Result};

const END: &[u8] = b"PK\x05\x06";
/// The end record, and the longest comment behind it.
const END_BYTES: usize = 22;
const COMMENT_MAX: usize = 0xffff;

/// The bytes of each entry by its name.
pub fn entries(bytes: &[u8]) -> Result<HashMap<&str, &[u8]>> {
    let short = || malformed("the zip", "it ends early");
    let from = bytes.len().saturating_sub(END_BYTES + COMMENT_MAX);
    let end = bytes[from..]
        .windows(END.len())
        .rposition(|w| w == END)
        .map(|at| &bytes[from + at..])
        .ok_or_else(short)?;
    let count = half(end, 10).ok_or_else(short)?;
    let mut at = word(end, 16).ok_or_else(short)?;
    let mut found = HashMap::new();
    let mut total = 0_usize;
    for number in 0..count {
        let header = bytes
            .get(at..)
            .filter(|b| b.starts_with(b"PK\x01\x02"))
            .ok_or_else(|| malformed(format!("the zip, entry {number}"), "it is not there"))?;
        let field = |at| half(header, at).ok_or_else(short);
        let (method, name, extra, comment) = (field(10)?, field(28)?, field(30)?, field(32)?);
        let (sum, size) = (word(header, 16), word(header, 20).ok_or_else(short)?);
        let local = word(header, 42).ok_or_else(short)?;
        let name = header
            .get(46..46 + name)
            .and_then(|n| std::str::from_utf8(n).ok())
            .ok_or_else(|| malformed(format!("the zip, entry {number}"), "its name is no text"))?;
        if method != 0 {
            return Err(Error::unsupported(
                "the skops file is compressed",
                "write it with skops.io.dump(model, path), which stores without compression",
            ));
        }
        let data = data(bytes, local, size)
            .ok_or_else(|| malformed(format!("the zip, {}", shown(name)), "it ends early"))?;
        total = total.saturating_add(size);
        if total > bytes.len() {
            return Err(malformed("the zip", "its entries overlap"));
        }
        if sum != usize::try_from(crc32(data)).ok() {
            return Err(malformed(
                format!("the zip, {}", shown(name)),
                "its checksum does not fit: copy the file again",
            ));
        }
        if found.insert(name, data).is_some() {
            return Err(malformed(
                format!("the zip, {}", shown(name)),
                "it is there twice",
            ));
        }
        at += 46 + name.len() + extra + comment;
    }
    Ok(found)
}

fn data(bytes: &[u8], local: usize, size: usize) -> Option<&[u8]> {
    let header = bytes.get(local..)?.strip_prefix(b"PK\x03\x04")?;
    let start = 26 + half(header, 22)? + half(header, 24)?;
    header.get(start..start.checked_add(size)?)
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    let found = bytes.get(at..at + 2)?;
    Some(usize::from(u16::from_le_bytes(found.try_into().ok()?)))
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let found = bytes.get(at..at + 4)?;
    usize::try_from(u32::from_le_bytes(found.try_into().ok()?)).ok()
}

/// The checksum of zip (CRC-32, reflected, polynomial 0x04c11db7).
pub fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    let step = |sum: u32, byte: &u8| sum >> 8 ^ TABLE[usize::from(sum as u8 ^ byte)];
    !bytes.iter().fold(!0, step)
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}
