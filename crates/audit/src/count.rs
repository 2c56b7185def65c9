//! The one pass over the rows: the cube, and what stands beside it where it is asked for.

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use waage_core::block::Block;
use waage_core::label::Label;
use waage_core::proxy::{ProxyBuilder, ProxyCells, ProxyPlan};
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_data::{Dataset, Scan};
use waage_govern::Policy;
use waage_metrics::propensity::inverse_weights;
use waage_result::spec::{AttributeSpec, AuditSpec, RolesSpec};

use crate::digest;
use crate::observer::Observer;
use crate::{AuditError, personal, plan};

/// What one thread counts.
pub struct Counting {
    cube: Builder,
    /// The labelled rows, weighted by the inverse of their propensity.
    weighted: Option<Builder>,
    /// By attribute that is known by probabilities.
    proxies: Vec<ProxyBuilder>,
    scratch: Vec<f64>,
}

/// What all rows come to.
pub struct Counted {
    /// The cube.
    pub tally: Tally,
    /// The labelled rows, weighted by the inverse of their propensity.
    pub weighted: Option<Tally>,
    /// By attribute that is known by probabilities.
    pub proxies: Vec<ProxyCells>,
}

impl Counted {
    /// The digest of all that was counted.
    pub fn digest(&self) -> String {
        let mut tallies = vec![&self.tally];
        tallies.extend(&self.weighted);
        digest(&tallies, &self.proxies)
    }
}

/// SHA-256 of the BLAKE3 of each piece of canonical bytes: kept scores are many bytes, and SHA-256 is
/// slow on processors without instructions for it.
pub fn digest(tallies: &[&Tally], proxies: &[ProxyCells]) -> String {
    let pieces: Vec<_> = tallies.iter().flat_map(|tally| tally.pieces()).collect();
    let mut parts: Vec<_> = pieces
        .into_par_iter()
        .map_init(Vec::new, |bytes, piece| {
            bytes.clear();
            piece.write(bytes);
            *blake3::hash(bytes).as_bytes()
        })
        .collect();
    parts.extend(proxies.iter().map(|cells| {
        let mut bytes = Vec::new();
        cells.write(&mut bytes);
        *blake3::hash(&bytes).as_bytes()
    }));
    let mut whole = Sha256::new();
    for part in parts {
        whole.update(part);
    }
    digest::of(whole.finalize())
}

impl Counting {
    fn add(&mut self, block: &Block<'_>) {
        self.cube.add(block);
        for proxies in &mut self.proxies {
            proxies.add(block);
        }
        if let (Some(weighted), Some(propensities)) = (&mut self.weighted, block.propensities) {
            let scratch = &mut self.scratch;
            inverse_weights(block.outcomes, block.weights, propensities, scratch);
            weighted.add(&Block {
                weights: Some(scratch),
                ..*block
            });
        }
    }

    fn merge(self, other: Self) -> Self {
        let weighted = self.weighted.zip(other.weighted);
        let proxies = self.proxies.into_iter().zip(other.proxies);
        Self {
            cube: self.cube.merge(other.cube),
            weighted: weighted.map(|(a, b)| a.merge(b)),
            proxies: proxies.map(|(a, b)| a.merge(b)).collect(),
            scratch: self.scratch,
        }
    }

    /// The canonical cubes, given the labels of every axis by level code.
    pub fn finish(self, axes: &[Vec<Label>], sensitive: usize) -> Result<Counted, AuditError> {
        let strata = &axes[sensitive..];
        Ok(Counted {
            tally: self.cube.finish(axes)?,
            weighted: self.weighted.map(|of| of.finish(axes)).transpose()?,
            proxies: self
                .proxies
                .into_iter()
                .map(|of| of.finish(strata))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// The names of the attributes and of the strata, as a cube has them.
pub fn axes(roles: &RolesSpec) -> (Vec<String>, Vec<String>) {
    let names = |attributes: &[AttributeSpec]| attributes.iter().map(|a| a.name.clone()).collect();
    (names(&roles.sensitive), names(&roles.stratum))
}

/// Fills the cubes, one of each per thread.
pub fn count(
    dataset: &Dataset,
    spec: &AuditSpec,
    policy: &Policy,
    observer: &dyn Observer,
) -> Result<Scan<Counting>, AuditError> {
    let roles = &spec.roles;
    let (sensitive, strata) = axes(roles);
    let kept = Kept {
        weights: roles.weight.is_some(),
        scores: plan::keeps_scores(spec, policy)?,
        clusters: roles.cluster.is_some(),
    };
    let of_labels = Kept {
        weights: true,
        scores: plan::weighs_scores(spec, policy)?,
        ..kept
    };
    let limits = Limits {
        clusters_max: spec.max_clusters,
        ..Limits::of_memory(spec.memory)
    };
    let proxies = proxies(spec);
    let cube = |kept| Builder::new(&sensitive, &strata, kept, limits);
    let new = || Counting {
        cube: cube(kept),
        weighted: roles.propensity.is_some().then(|| cube(of_labels)),
        proxies: proxies.iter().cloned().map(ProxyBuilder::new).collect(),
        scratch: Vec::new(),
    };
    let (scan, notes) = rayon::join(
        || dataset.scan(observer, new, Counting::add, Counting::merge),
        || personal::notes(dataset),
    );
    let mut scan = scan?;
    scan.notes.extend(notes?);
    Ok(scan)
}

/// Where the probabilities of each attribute stand in a block.
fn proxies(spec: &AuditSpec) -> Vec<ProxyPlan> {
    let mut first = 0;
    let plan = |of: &waage_result::spec::MembershipSpec| {
        let plan = ProxyPlan {
            attribute: of.name.clone(),
            groups: of.columns.len(),
            first,
            strata_from: spec.roles.sensitive.len(),
            threshold: spec.membership_threshold,
            weighted: spec.roles.weight.is_some(),
            clusters_max: spec.roles.cluster.as_ref().map(|_| spec.max_clusters),
        };
        first += of.columns.len();
        plan
    };
    spec.roles.membership.iter().map(plan).collect()
}
