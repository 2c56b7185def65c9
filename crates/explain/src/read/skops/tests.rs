use std::collections::BTreeMap;

use super::*;

const TREE: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/golden/other_models/cases/skops_tree_depth_3.skops"
));
const HIST: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/golden/other_models/cases/skops_hist_labels.skops"
));

type Entries = BTreeMap<String, Vec<u8>>;

fn unpacked(bytes: &[u8]) -> Entries {
    let entries = zip::entries(bytes).expect("a zip").into_iter();
    entries.map(|(n, b)| (n.to_owned(), b.to_vec())).collect()
}

fn packed(entries: &Entries) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    for (name, data) in entries {
        let local = bytes.len() as u32;
        let mut common = vec![0; 8];
        common.extend(zip::crc32(data).to_le_bytes());
        common.extend([(data.len() as u32).to_le_bytes(); 2].concat());
        common.extend((name.len() as u32).to_le_bytes());
        bytes.extend(b"PK\x03\x04\x14\x00\x00\x00");
        bytes.extend(&common[2..]);
        bytes.extend(name.as_bytes());
        bytes.extend(data);
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00\x00\x00");
        directory.extend(&common[2..]);
        directory.extend([0; 10]);
        directory.extend(local.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = bytes.len() as u32;
    let count = entries.len() as u16;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
    bytes.extend([count.to_le_bytes(); 2].concat());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// What is said when a text of the schema is another one.
fn refused(bytes: &[u8], from: &str, to: &str) -> String {
    let mut entries = unpacked(bytes);
    let schema = entries.get_mut("schema.json").expect("the schema");
    let text = String::from_utf8(schema.clone()).expect("text");
    assert!(text.contains(from), "{from} is in the schema");
    *schema = text.replace(from, to).into_bytes();
    read(&packed(&entries)).expect_err("refused").to_string()
}

#[test]
fn a_file_packed_again_is_the_same() {
    assert_eq!(read(&packed(&unpacked(TREE))), read(TREE));
    assert_eq!(zip::crc32(b"123456789"), 0xcbf4_3926);
}

#[test]
fn classes_that_are_not_known_are_refused_by_name() {
    let text = refused(TREE, "\"sklearn.tree._classes\"", "\"evil.module\"");
    assert!(
        text.contains("evil.module.DecisionTreeClassifier"),
        "{text}"
    );
    let text = refused(TREE, "\"DecisionTreeClassifier\"", "\"AdaBoostClassifier\"");
    assert!(text.contains("AdaBoostClassifier"), "{text}");
    let text = refused(TREE, "\"sklearn.tree._tree\"", "\"os\"");
    assert!(text.contains("tree_"), "{text}");
    let text = refused(TREE, "n_outputs_", "n_outpuds_");
    assert!(text.contains("DecisionTreeClassifier.n_outputs_"), "{text}");
    let text = refused(HIST, "\"encoder\\", "\"decoder\\");
    assert!(text.contains("is_categorical"), "{text}");
}

#[test]
fn damage_is_named() {
    let mut compressed = TREE.to_vec();
    let at = compressed
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("an entry");
    compressed[at + 10] = 8;
    assert!(
        read(&compressed)
            .expect_err("refused")
            .to_string()
            .contains("compressed")
    );
    // Two entries of the directory that name the same bytes.
    let mut shared = TREE.to_vec();
    let places: Vec<usize> = (0..shared.len() - 4)
        .filter(|at| shared[*at..].starts_with(b"PK\x01\x02"))
        .collect();
    let (last, before) = places.split_last().expect("entries");
    for at in before {
        let (size, local) = (*last + 20..*last + 28, *last + 42..*last + 46);
        shared.copy_within(size, at + 20);
        shared.copy_within(local, at + 42);
        shared.copy_within(*last + 16..*last + 20, at + 16);
    }
    let text = read(&shared).expect_err("refused").to_string();
    assert!(text.contains("overlap"), "{text}");
    let mut flipped = TREE.to_vec();
    flipped[200] ^= 1;
    assert!(
        read(&flipped)
            .expect_err("refused")
            .to_string()
            .contains("checksum")
    );
    let mut entries = unpacked(TREE);
    entries.retain(|name, _| name == "schema.json");
    let text = read(&packed(&entries)).expect_err("refused").to_string();
    assert!(text.contains(".npy is missing"), "{text}");
}

#[test]
fn one_array_named_many_times_is_not_read_many_times() {
    const FOREST: &[u8] = include_bytes!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/golden/other_models/cases/skops_forest_weighted.skops"
    ));
    let mut entries = unpacked(FOREST);
    let schema = entries.get_mut("schema.json").expect("the schema");
    let mut value: serde_json::Value = serde_json::from_slice(schema).expect("JSON");
    let members = value
        .pointer_mut("/content/content/estimators_/content")
        .and_then(serde_json::Value::as_array_mut)
        .expect("the trees");
    let first = members[0].clone();
    members.resize(2_000, first);
    *schema = value.to_string().into_bytes();
    let text = read(&packed(&entries)).map(|m| m.trees.len());
    let text = text.expect_err("refused").to_string();
    assert!(text.contains("again and again"), "{text}");
}

/// Numbers that look random and are the same each time.
fn next(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn damaged_arrays_and_schemas_never_panic() {
    let mut state = 7;
    let whole = unpacked(TREE);
    let mut read_anyway = 0;
    for _ in 0..800 {
        let mut entries = whole.clone();
        let at = next(&mut state) % entries.len();
        let data = entries.values_mut().nth(at).expect("an entry");
        for _ in 0..=next(&mut state) % 3 {
            let at = next(&mut state) % data.len();
            match next(&mut state) % 3 {
                0 => data[at] = next(&mut state) as u8,
                1 => data[at] ^= 1 << (next(&mut state) % 8),
                _ => data.truncate(at.max(1)),
            }
        }
        if let Ok(model) = read(&packed(&entries)) {
            let mut out = vec![0.0; model.outputs()];
            model.margin(&vec![0.5; model.features.len()], &mut out);
            read_anyway += 1;
        }
    }
    assert!(read_anyway > 0, "some damage is harmless");
}
