//! What each feature adds: a weight, or trees that ask for this feature alone.

use super::file::{Bin, Feature, Kind, Missing, Numbers};
use super::{FORMAT, plant};
use crate::model::{Ensemble, IdSet, Labels, Missing as Side, RawNode, Split, Test, hang};
use crate::read::limit;
use crate::read::shown::shown;
use crate::{Error, Result};

fn malformed(place: &str, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

/// Outputs × features, as far as they may be.
pub fn size(outputs: usize, features: usize) -> Result<usize> {
    let found = outputs.saturating_mul(features);
    limit::nodes(found)?;
    Ok(found)
}

pub fn finite(place: &str, numbers: &[f64]) -> Result<()> {
    if numbers.iter().all(|n| n.is_finite()) {
        return Ok(());
    }
    Err(malformed(place, "every number must be finite"))
}

pub fn add(model: &mut Ensemble, feature: Feature, number: usize, count: usize) -> Result<()> {
    let place = format!("feature {}", shown(&feature.name));
    let mut own = crate::model::Feature {
        name: Some(feature.name.clone()),
        required: feature.missing.is_none(),
        ..crate::model::Feature::default()
    };
    let term = Term {
        place,
        number: number as u32,
        count,
    };
    match (feature.kind, &feature.coef, &feature.levels, &feature.bins) {
        (Kind::Num, Some(coef), None, None) => term.number(model, coef, &feature)?,
        (Kind::Num, None, None, Some(bins)) if feature.mean.is_none() && feature.sd.is_none() => {
            term.bins(model, bins, feature.missing.as_ref())?;
        }
        (Kind::Cat, None, Some(levels), None) if feature.mean.is_none() && feature.sd.is_none() => {
            own.labels = Some(Labels::Text(levels.keys().cloned().collect()));
            let mut values = Vec::with_capacity(levels.len());
            for value in levels.values() {
                let numbers: Numbers = serde_json::from_value(value.clone())
                    .map_err(|_| malformed(&term.place, "a level holds no number"))?;
                values.push(term.per_output(model, &numbers)?);
            }
            term.levels(model, &values, feature.missing.as_ref())?;
        }
        _ => {
            return Err(malformed(
                &term.place,
                "a num needs coef or bins, a cat needs levels, and nothing else",
            ));
        }
    }
    model.features.push(own);
    Ok(())
}

struct Term {
    place: String,
    number: u32,
    count: usize,
}

impl Term {
    fn per_output(&self, model: &Ensemble, numbers: &Numbers) -> Result<Vec<f64>> {
        let found = numbers.list();
        finite(&self.place, found)?;
        if found.len() != model.outputs() {
            return Err(malformed(
                &self.place,
                format!(
                    "{} numbers are given, {} are needed",
                    found.len(),
                    model.outputs()
                ),
            ));
        }
        Ok(found.to_vec())
    }

    /// What a missing value adds, where the file says it in points.
    fn points(&self, model: &Ensemble, missing: Option<&Missing>) -> Result<Option<Vec<f64>>> {
        match missing {
            None => Ok(None),
            Some(Missing::Numbers(numbers)) => self.per_output(model, numbers).map(Some),
            Some(Missing::Rule(_)) => Err(malformed(&self.place, "missing must be a number here")),
        }
    }

    fn split(&self, test: Test, missing_left: bool, left: u32, right: u32) -> RawNode {
        RawNode::Split(Split {
            feature: self.number,
            test,
            missing: Side::Left(missing_left),
            left,
            right,
            cover: 0.0,
        })
    }

    fn plant(&self, model: &mut Ensemble, nodes: &[RawNode]) -> Result<()> {
        plant(model, nodes, &self.place, self.count)
    }

    /// `test` true adds `yes`, and `no` otherwise; missing is as `missing_left` says.
    fn stump(
        &self,
        model: &mut Ensemble,
        test: Test,
        missing_left: bool,
        [yes, no]: [Vec<f64>; 2],
    ) -> Result<()> {
        let split = self.split(test, missing_left, 1, 2);
        self.plant(
            model,
            &[split, RawNode::Leaf(yes, 0.0), RawNode::Leaf(no, 0.0)],
        )
    }

    fn number(&self, model: &mut Ensemble, coef: &Numbers, feature: &Feature) -> Result<()> {
        let (mean, sd) = (feature.mean.unwrap_or(0.0), feature.sd.unwrap_or(1.0));
        finite(&self.place, &[mean, sd])?;
        if sd <= 0.0 {
            return Err(malformed(&self.place, "sd must be above 0"));
        }
        let instead = match &feature.missing {
            None => None,
            Some(Missing::Rule(rule)) if rule == "impute:mean" && feature.mean.is_some() => {
                Some(mean)
            }
            Some(Missing::Numbers(numbers)) if numbers.list().len() == 1 => Some(numbers.list()[0]),
            Some(_) => {
                return Err(malformed(
                    &self.place,
                    "missing must be one value, or impute:mean beside a mean",
                ));
            }
        };
        let coef = self.per_output(model, coef)?;
        let mut filled = Vec::with_capacity(coef.len());
        for (k, coef) in coef.iter().enumerate() {
            let weight = coef / sd;
            model.base[k] -= weight * mean;
            filled.push(weight * instead.unwrap_or(0.0));
            if let Some(linear) = &mut model.linear {
                linear.weights[k * self.count + self.number as usize] = weight;
            }
        }
        finite(&self.place, &model.base)?;
        finite(&self.place, &filled)?;
        if filled.iter().all(|v| *v == 0.0) {
            return Ok(());
        }
        // The weight adds nothing for a missing value; this adds what the value put in would.
        let any = Test::Below {
            threshold: f64::INFINITY,
            or_equal: true,
        };
        let nothing = vec![0.0; filled.len()];
        self.stump(model, any, false, [nothing, filled])
    }

    fn levels(
        &self,
        model: &mut Ensemble,
        values: &[Vec<f64>],
        missing: Option<&Missing>,
    ) -> Result<()> {
        limit::categories(values.len())?;
        let all = IdSet::new((0..values.len() as u32).collect());
        let nothing = vec![0.0; model.outputs()];
        let one_of = |listed: IdSet| Test::Category {
            listed,
            listed_left: true,
            known: None,
        };
        for (id, value) in values.iter().enumerate() {
            if value.iter().any(|v| *v != 0.0) {
                let test = one_of(IdSet::new(vec![id as u32]));
                self.stump(model, test, false, [value.clone(), nothing.clone()])?;
            }
        }
        match self.points(model, missing)? {
            Some(points) if points.iter().any(|p| *p != 0.0) => {
                self.stump(model, one_of(all), false, [nothing, points])
            }
            _ => Ok(()),
        }
    }

    fn bins(&self, model: &mut Ensemble, bins: &[Bin], missing: Option<&Missing>) -> Result<()> {
        limit::nodes(bins.len().saturating_mul(2))?;
        let open = |bound: Option<f64>, end: f64| bound.is_none_or(|b| b == end);
        let ends = open(bins.first().and_then(|b| b.lo), f64::NEG_INFINITY)
            && open(bins.last().and_then(|b| b.hi), f64::INFINITY);
        let joined = bins
            .windows(2)
            .all(|pair| pair[0].hi.is_some() && pair[0].hi == pair[1].lo);
        let edges: Vec<f64> = bins.iter().skip(1).filter_map(|b| b.lo).collect();
        let rising = edges.windows(2).all(|pair| pair[0] < pair[1]);
        if bins.is_empty() || !ends || !joined || !rising {
            return Err(malformed(
                &self.place,
                "bins must follow one another without a gap, the first without lo, the last without hi",
            ));
        }
        finite(&self.place, &edges)?;
        let mut points = Vec::with_capacity(bins.len());
        for bin in bins {
            points.push(self.per_output(model, &bin.points)?);
        }
        // Ranges of bins, and the parent whose left or right child each is.
        let mut nodes: Vec<RawNode> = Vec::with_capacity(2 * bins.len());
        let mut waiting = vec![(0, bins.len(), None::<(usize, bool)>)];
        while let Some((from, to, parent)) = waiting.pop() {
            let at = nodes.len();
            hang(&mut nodes, parent, at);
            if to - from == 1 {
                nodes.push(RawNode::Leaf(points[from].clone(), 0.0));
                continue;
            }
            let middle = from + (to - from) / 2;
            let test = Test::Below {
                threshold: edges[middle - 1],
                or_equal: false,
            };
            nodes.push(self.split(test, true, 0, 0));
            waiting.push((middle, to, Some((at, false))));
            waiting.push((from, middle, Some((at, true))));
        }
        self.plant(model, &nodes)?;
        // A missing value went to the first bin: add what it should have instead.
        let Some(missing) = self.points(model, missing)? else {
            return Ok(());
        };
        let change = missing.iter().zip(&points[0]).map(|(m, p)| m - p).collect();
        let any = Test::Below {
            threshold: f64::INFINITY,
            or_equal: true,
        };
        let nothing = vec![0.0; missing.len()];
        self.stump(model, any, false, [nothing, change])
    }
}
