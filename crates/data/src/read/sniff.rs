//! Formats by content: the first bytes decide, not the name.

use std::fs;
use std::io::Read;

use crate::DataError;

/// A format that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Parquet,
    IpcFile,
    IpcStream,
    Csv,
}

/// Bytes that are looked at.
pub(crate) const HEAD_BYTES: usize = 4096;

/// Beginnings of what is not read: bytes, what it is, what to do.
const FOREIGN: [(&[u8], &str, &str); 11] = [
    (
        b"PK\x03\x04",
        "a zip archive or an Excel workbook",
        "unpack it, or save the sheet as CSV",
    ),
    (
        b"\x1f\x8b",
        "a gzip archive",
        "unpack it with gunzip, or pipe it through zcat",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "a zstd archive",
        "unpack it with unzstd, or pipe it through zstdcat",
    ),
    (b"BZh", "a bzip2 archive", "unpack it with bunzip2"),
    (b"PARE", "encrypted Parquet", "decrypt it first"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook",
        "save the sheet as CSV",
    ),
    (b"%PDF", "a PDF document", "give the table it was made from"),
    (
        b"SQLite format 3",
        "an SQLite database",
        "export the table as CSV",
    ),
    (
        b"FEA1",
        "Feather version 1",
        "write it again as Feather version 2 or Parquet",
    ),
    (b"ORC", "ORC", "convert it to Parquet"),
    (b"Obj\x01", "Avro", "convert it to Parquet"),
];

/// The format of a file.
pub(crate) fn format_of(path: &str, name: &str) -> Result<Format, DataError> {
    let mut file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let limit = HEAD_BYTES as u64;
    file.by_ref()
        .take(limit)
        .read_to_end(&mut head)
        .map_err(|cause| DataError::io(name, cause))?;
    format_of_head(&head, name)
}

/// The format that begins with `head`.
pub(crate) fn format_of_head(head: &[u8], name: &str) -> Result<Format, DataError> {
    if head.is_empty() {
        return Err(DataError::EmptyFile {
            path: name.to_owned(),
        });
    }
    if head.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if head.starts_with(b"ARROW1") {
        return Ok(Format::IpcFile);
    }
    if begins_stream(head) {
        return Ok(Format::IpcStream);
    }
    let foreign = |found, mend| DataError::Format {
        path: name.to_owned(),
        found,
        mend,
    };
    if let Some((_, found, mend)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(foreign(found, mend));
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(foreign("text in UTF-16", "save it as CSV UTF-8"));
    }
    if head.contains(&0) {
        return Err(foreign(
            "binary data",
            "check what wrote it, or convert it to Parquet",
        ));
    }
    match head.trim_ascii_start().first() {
        Some(b'{' | b'[') => Err(foreign("JSON", "convert it to Parquet or CSV")),
        Some(b'<') => Err(foreign("HTML or XML", "export the table as CSV")),
        None => Err(foreign("blank text", "export it again")),
        Some(_) => Ok(Format::Csv),
    }
}

/// Whether bytes begin an Arrow stream: a continuation mark, or (before version 1.0) the length
/// of the schema message alone, then in either case a flatbuffer.
fn begins_stream(head: &[u8]) -> bool {
    let length = |at: usize| {
        let bytes = head.get(at..at + 4)?;
        Some(i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    };
    if head.starts_with(&[0xff; 4]) {
        return length(4).is_some_and(|length| length >= 0);
    }
    let plausible = |length: i32| length > 0 && length < 1 << 20 && length % 8 == 4;
    length(0).is_some_and(plausible) && head.get(3) == Some(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let formats = [
            (&b"PAR1\x15\x04"[..], Format::Parquet),
            (b"ARROW1\0\0", Format::IpcFile),
            (b"\xff\xff\xff\xff\x70\0\0\0", Format::IpcStream),
            (b"gender;score\nf;0,5\n", Format::Csv),
        ];
        for (head, format) in formats {
            assert_eq!(format_of_head(head, "x").unwrap(), format);
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        let message = |head: &[u8]| {
            format_of_head(head, "leads.parquet")
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(b"PK\x03\x04rest"),
            "leads.parquet is a zip archive or an Excel workbook, not Parquet, Arrow IPC or CSV; \
             unpack it, or save the sheet as CSV"
        );
        assert_eq!(
            message(b""),
            "leads.parquet is empty; export it again, or leave it out"
        );
        assert!(message(b"{\"a\":1}").contains("JSON"));
        assert!(message(b"a\0b\0").contains("binary data"));
    }
}
