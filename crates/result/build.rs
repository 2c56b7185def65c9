//! Makes sorted tables of the files of texts, so that no report waits for them to be parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LANGUAGES: [&str; 2] = ["en", "de"];
/// Files of texts, one for each subject; the first has no name of its own.
const SUBJECTS: [&str; 8] = [
    "",
    "brief.",
    "evidence.",
    "ledger.",
    "policy.",
    "privacy.",
    "registers.",
    "review.",
];

fn main() {
    let source =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo")).join("src");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    let glossary = table(&source.join("glossary.toml"));
    for language in LANGUAGES {
        let mut texts = BTreeMap::new();
        for subject in SUBJECTS {
            let path = source.join(format!("messages/{subject}{language}.toml"));
            flatten("", table(&path), &mut texts);
        }
        for (id, term) in &glossary {
            if let Some(toml::Value::Table(told)) = term.get(language) {
                flatten(&format!("glossary.{id}"), told.clone(), &mut texts);
            }
        }
        let texts: Vec<(String, String)> = texts.into_iter().collect();
        fs::write(
            out.join(format!("texts.{language}.rs")),
            format!("&{texts:?}"),
        )
        .expect("the folder of the build can be written to");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/messages");
    println!("cargo::rerun-if-changed=src/glossary.toml");
}

fn table(path: &Path) -> toml::Table {
    let name = path.display();
    let text = fs::read_to_string(path).unwrap_or_else(|cause| panic!("{name}: {cause}"));
    text.parse()
        .unwrap_or_else(|cause| panic!("{name}: {cause}"))
}

fn flatten(prefix: &str, table: toml::Table, texts: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = match prefix {
            "" => key,
            prefix => format!("{prefix}.{key}"),
        };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, texts),
            toml::Value::String(text) => {
                let before = texts.insert(path.clone(), text);
                assert!(before.is_none(), "two texts have the key {path}");
            }
            other => panic!("{path} is no text: {other}"),
        }
    }
}
