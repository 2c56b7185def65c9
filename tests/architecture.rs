//! The crate map holds: dependencies point down, and one version of arrow and of ndarray is linked.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each package may depend on among its siblings.
const ALLOWED: &[(&str, &[&str])] = &[
    ("waage-core", &[]),
    ("waage-result", &["waage-core"]),
    ("waage-data", &["waage-core", "waage-result"]),
    ("waage-metrics", &["waage-core", "waage-result"]),
    ("waage-explain", &["waage-core"]),
    ("waage-govern", &["waage-core", "waage-result"]),
    ("waage-charts", &["waage-result"]),
    ("waage-report", &["waage-result", "waage-charts"]),
    (
        "waage-audit",
        &[
            "waage-core",
            "waage-result",
            "waage-data",
            "waage-metrics",
            "waage-explain",
            "waage-govern",
            "waage-charts",
            "waage-report",
        ],
    ),
    ("waage", &["waage-audit"]),
    ("waage-python", &["waage", "waage-audit"]),
];

/// What this machine builds: crates for other systems need not be there.
fn metadata() -> cargo_metadata::Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let rustc = std::process::Command::new("rustc").arg("-vV").output();
    let told = String::from_utf8(rustc.expect("rustc runs").stdout).expect("text");
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    let options = [
        "--locked",
        "--offline",
        "--filter-platform",
        host.expect("a host"),
    ];
    MetadataCommand::new()
        .manifest_path(manifest)
        .other_options(options.map(str::to_owned))
        .exec()
        .expect("cargo metadata runs")
}

#[test]
fn dependencies_point_down_the_crate_map() {
    let metadata = metadata();
    let members: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    for (name, allowed) in ALLOWED {
        let package = metadata
            .workspace_packages()
            .into_iter()
            .find(|p| p.name.as_str() == *name)
            .unwrap_or_else(|| panic!("{name} is in the workspace"));
        for dependency in &package.dependencies {
            let sibling = dependency.name.as_str();
            if dependency.kind == DependencyKind::Normal && members.contains(sibling) {
                assert!(
                    allowed.contains(&sibling),
                    "{name} must not depend on {sibling}"
                );
            }
        }
    }
    for member in members {
        let known = ALLOWED.iter().any(|(name, _)| *name == member);
        assert!(
            known || ["waage-tests", "waage-benches"].contains(&member),
            "{member} is not in the map"
        );
    }
}

#[test]
fn shared_libraries_have_one_version() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata().packages {
        versions
            .entry(package.name.to_string())
            .or_default()
            .insert(package.version.to_string());
    }
    for name in [
        "arrow",
        "arrow-array",
        "parquet",
        "ndarray",
        "pyo3",
        "rayon",
    ] {
        assert_eq!(versions[name].len(), 1, "{name}: {:?}", versions[name]);
    }
}

/// The binding, and two files of vector instructions, which tests hold to their safe twins and whose
/// worth `benches/explain.sh` and `benches/run.sh` show.
#[test]
fn only_the_binding_and_the_vectors_may_use_unsafe() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates"));
    let mut files = vec![root.to_path_buf()];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs")
            && !path.starts_with(root.join("python"))
            && path != root.join("explain/src/simd.rs")
            && path != root.join("core/src/wide.rs")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains("unsafe "), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 20);
}
