//! What stored records say below the headings of a dossier.

use waage_result::evidence::{Described, DescribedAttribute};
use waage_result::finding::Bilingual;
use waage_result::privacy::Hidden;
use waage_result::text::Language;

use super::{Dossier, day, quoted};
use crate::article::{Article, Block, Fact};
use crate::governance::{IncidentsView, RisksView, incidents, money, pick, risks};
use crate::numbers::Unit;
use crate::words::{Words, clean};

/// What fills a heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing that is stored says it: people write it.
    People,
    /// Sensitive attributes and their legal basis.
    Attributes,
    /// Checks and why they exist.
    Checks,
    /// The suggested risk class.
    Class,
    /// Rows, columns, digest.
    Composition,
    /// Gaps and oddities of the data.
    Data,
    /// What the model relies on.
    Explanation,
    /// Metrics by group.
    Groups,
    /// Controls of risks.
    Measures,
    /// Periodic audits and incidents.
    Monitoring,
    /// Who reviews, and what came of it.
    Oversight,
    /// Which counts are hidden.
    Privacy,
    /// What stays above the appetite.
    Rest,
    /// The register.
    Risks,
    /// What others supply.
    Suppliers,
    /// What the system is and who answers for it.
    System,
    /// Verdict and findings.
    Tests,
}

/// The records, and the article of the audit from which parts are taken.
pub(super) struct Filled<'a> {
    of: &'a Dossier<'a>,
    audit: Option<Article>,
    hide_below: u64,
    pub(super) words: Words,
}

impl<'a> Filled<'a> {
    /// `of` holds an audit without its hidden groups.
    pub(super) fn of(of: &'a Dossier<'a>, hidden: &Hidden, hide_below: u64, words: Words) -> Self {
        let language = words.catalogue.language();
        Self {
            of,
            audit: of.audit.map(|audit| Article::of(audit, hidden, language)),
            hide_below,
            words,
        }
    }

    /// The blocks of a part; none where no record says it.
    pub(super) fn part(&self, part: Part) -> Vec<Block> {
        match part {
            Part::People => Vec::new(),
            Part::Attributes => self.attributes(),
            Part::Checks => self.checks(),
            Part::Class => self.class(),
            Part::Composition => self.composition(),
            Part::Data => self.data(),
            Part::Explanation => self.explanation(),
            Part::Groups => self.groups(),
            Part::Measures => self.measures(),
            Part::Monitoring => self.monitoring(),
            Part::Oversight => self.oversight(),
            Part::Privacy => self.privacy(),
            Part::Rest => self.rest(),
            Part::Risks => self.risks(),
            Part::Suppliers => self.suppliers(),
            Part::System => self.system(),
            Part::Tests => self.tests(),
        }
    }

    /// The system's name, in the user's words.
    pub(super) fn name(&self) -> Option<String> {
        let name = self.of.described?.name.as_ref()?;
        Some(pick(name, self.words))
    }

    pub(super) fn day(&self) -> String {
        day(&self.of.evidence.as_of, self.words)
    }

    /// Blocks of the audit's section.
    fn audited(&self, id: &str) -> Vec<Block> {
        let sections = self.audit.iter().flat_map(|audit| &audit.sections);
        let found = sections.filter(|section| section.id == id);
        found
            .flat_map(|section| section.blocks.iter().cloned())
            .collect()
    }

    fn text(&self, text: &Bilingual) -> String {
        quoted(
            match self.words.catalogue.language() {
                Language::En => &text.en,
                Language::De => &text.de,
            },
            self.words,
        )
    }

    fn fact(&self, key: &str, text: Option<String>) -> Option<Fact> {
        Some(Fact {
            name: self.words.text(&format!("dossier.fact.{key}")),
            text: text?,
        })
    }

    fn yes_no(&self, is_so: bool) -> String {
        self.words.text(if is_so {
            "dossier.yes_no.yes"
        } else {
            "dossier.yes_no.no"
        })
    }

    /// What the system is and who answers for it.
    fn system(&self) -> Vec<Block> {
        let Some(of) = self.of.described else {
            return Vec::new();
        };
        let words = self.words;
        let named = |section: &str, word: &Option<String>| {
            word.as_ref().map(|word| words.name_in(section, word))
        };
        let own = |text: &Option<String>| text.as_ref().map(|text| quoted(text, words));
        let facts = [
            self.fact("name", of.name.as_ref().map(|name| self.text(name))),
            self.fact("id", own(&of.id)),
            self.fact("version", own(&of.version)),
            self.fact("purpose", of.purpose.as_ref().map(|text| self.text(text))),
            self.fact("use_case", named("systems.use_case", &of.use_case)),
            self.fact("decision", named("dossier.decision", &of.decision)),
            self.fact("lifecycle", named("systems.lifecycle", &of.lifecycle)),
            self.fact("criticality", named("systems.tier_name", &of.criticality)),
            self.fact("strategy", own(&of.strategy_link)),
            self.fact(
                "persons",
                of.affects_natural_persons.map(|is| self.yes_no(is)),
            ),
            self.fact("policy", Some(clean(&of.policy_digest))),
        ];
        let mut facts: Vec<Fact> = facts.into_iter().flatten().collect();
        facts.extend(self.people(of));
        vec![
            Block::Note(words.text("dossier.theirs_system")),
            Block::Facts(facts),
        ]
    }

    fn people(&self, of: &Described) -> Vec<Fact> {
        let named = of.people.iter().filter(|(_, ids)| !ids.is_empty());
        let fact = |(role, ids): (&String, &Vec<String>)| Fact {
            name: self.words.name_in("dossier.role", role),
            text: self.words.list(
                &ids.iter()
                    .map(|id| quoted(id, self.words))
                    .collect::<Vec<_>>(),
            ),
        };
        named.map(fact).collect()
    }

    /// What others supply.
    fn suppliers(&self) -> Vec<Block> {
        let words = self.words;
        let told = |[who, what, contract]: &[String; 3]| {
            let parts = [who, what, contract].map(|part| quoted(part, words));
            let key = match contract.is_empty() {
                true => "dossier.supplier",
                false => "dossier.supplier_contract",
            };
            let values = [
                ("who", &*parts[0]),
                ("what", &parts[1]),
                ("contract", &parts[2]),
            ];
            words.fill(key, &values)
        };
        let suppliers = self.of.described.iter().flat_map(|of| &of.third_party);
        list(suppliers.map(told).collect())
    }

    /// What the model relies on.
    fn explanation(&self) -> Vec<Block> {
        self.audited("explanation")
    }

    /// Gaps and oddities of the data.
    fn data(&self) -> Vec<Block> {
        self.audited("data")
    }

    /// Rows, columns, digest.
    fn composition(&self) -> Vec<Block> {
        let mut blocks = self.audited("audited");
        if let Some(audit) = self.of.audit {
            let digest = self.fact("digest", Some(clean(&audit.dataset.digest)));
            let special = self
                .of
                .described
                .map(|of| self.yes_no(of.special_categories));
            let special = self.fact("special", special);
            blocks.push(Block::Facts(
                [digest, special].into_iter().flatten().collect(),
            ));
        }
        blocks
    }

    /// Metrics by group.
    fn groups(&self) -> Vec<Block> {
        let mut blocks = self.audited("groups");
        if !blocks.is_empty() && self.hide_below > 1 {
            let k = self.words.integer(self.hide_below);
            blocks.push(Block::Note(self.words.fill("dossier.small", &[("k", &k)])));
        }
        blocks
    }

    /// The verdict and every finding.
    fn tests(&self) -> Vec<Block> {
        let Some(audit) = &self.audit else {
            return Vec::new();
        };
        let values = [
            ("verdict", audit.verdict.word.as_str()),
            ("sentence", &audit.sentence),
        ];
        let mut blocks = vec![Block::Text(self.words.fill("dossier.verdict", &values))];
        blocks.extend(self.audited("findings"));
        blocks.extend(self.audited("reproduction"));
        blocks
    }

    /// Checks of the policy and why they exist.
    fn checks(&self) -> Vec<Block> {
        let told = |(id, why): &(String, Option<Bilingual>)| {
            let id = quoted(id, self.words);
            match why {
                None => self.words.fill("dossier.check", &[("id", &id)]),
                Some(why) => {
                    let why = self.text(why);
                    self.words
                        .fill("dossier.check_why", &[("id", &id), ("why", &why)])
                }
            }
        };
        let checks = self.of.described.iter().flat_map(|of| &of.checks);
        list(checks.map(told).collect())
    }

    /// Sensitive attributes and why they may be used.
    fn attributes(&self) -> Vec<Block> {
        let words = self.words;
        let told = |of: &DescribedAttribute| {
            let basis = of.basis.as_ref().map(|basis| quoted(basis, words));
            let basis = basis.unwrap_or_else(|| words.text("dossier.no_basis"));
            let (name, column) = (quoted(&of.name, words), quoted(&of.column, words));
            let values = [
                ("name", name.as_str()),
                ("column", &column),
                ("basis", &basis),
            ];
            words.fill("dossier.attribute", &values)
        };
        let attributes = self.of.described.iter().flat_map(|of| &of.attributes);
        list(attributes.map(told).collect())
    }

    /// Which counts are hidden.
    fn privacy(&self) -> Vec<Block> {
        let told = self.of.described.map(|_| {
            let k = self.words.integer(self.hide_below);
            Block::Text(self.words.fill("dossier.privacy", &[("k", &k)]))
        });
        told.into_iter().collect()
    }

    /// Who reviews, and what came of it.
    fn oversight(&self) -> Vec<Block> {
        let words = self.words;
        let mut points = Vec::new();
        let lead = self
            .of
            .described
            .and_then(|of| of.people.get("review_lead"));
        if let Some(ids) = lead.filter(|ids| !ids.is_empty()) {
            let ids = words.list(&ids.iter().map(|id| quoted(id, words)).collect::<Vec<_>>());
            points.push(words.fill("dossier.named", &[("ids", &ids)]));
        }
        if let Some(review) = self.of.review {
            let counts = [review.queue.decided, review.queue.cases].map(|n| words.integer(n));
            let values = [("decided", counts[0].as_str()), ("cases", &counts[1])];
            points.push(words.fill("dossier.review", &values));
            let random = &review.overrides.random;
            let range = words.range(random.low, random.high, Unit::Share);
            if let (Some(share), Some(range)) = (random.value, range)
                && random.n >= self.hide_below
            {
                let (share, n) = (words.number(share, Unit::Share), words.integer(random.n));
                let values = [("share", share.as_str()), ("n", &n), ("range", &range)];
                points.push(words.fill("dossier.override", &values));
            }
        }
        list(points)
    }

    /// The register.
    fn risks(&self) -> Vec<Block> {
        let Some(told) = self.of.risks else {
            return Vec::new();
        };
        let words = self.words;
        let of = &told.appetite;
        let confirmed = told
            .risks
            .iter()
            .filter(|risk| risk.status != "draft")
            .count() as u64;
        let values = [
            ("count", words.integer(confirmed)),
            ("drafts", words.integer(of.drafts)),
            ("sum", money(of.annual_loss, of.currency.as_deref(), words)),
        ];
        let sum = words.fill(
            "dossier.risk_sum",
            &values.each_ref().map(|(key, value)| (*key, value.as_str())),
        );
        let mut blocks = vec![Block::Text(sum), Block::Note(words.text("dossier.theirs"))];
        let article = risks::article(told, RisksView::List, words);
        blocks.extend(
            article
                .sections
                .into_iter()
                .flat_map(|section| section.blocks),
        );
        blocks
    }

    /// Controls of confirmed risks.
    fn measures(&self) -> Vec<Block> {
        let words = self.words;
        let risks = self.of.risks.iter().flat_map(|told| &told.risks);
        let controls = risks
            .filter(|risk| risk.status != "draft")
            .flat_map(|risk| risk.controls.iter().map(move |control| (risk, control)));
        let told =
            |(risk, control): (&waage_result::risks::Risk, &waage_result::risks::Control)| {
                let values = [
                    ("risk", quoted(&risk.id, words)),
                    ("control", quoted(&control.id, words)),
                    ("text", self.text(&control.text)),
                    (
                        "state",
                        words.name_in("risks.control_state", &control.state),
                    ),
                ];
                words.fill(
                    "dossier.control",
                    &values.each_ref().map(|(key, value)| (*key, value.as_str())),
                )
            };
        list(controls.map(told).collect())
    }

    /// What stays above the appetite.
    fn rest(&self) -> Vec<Block> {
        let told = self.of.risks.map(|told| {
            let article = risks::article(told, RisksView::List, self.words);
            Block::Text(article.headline)
        });
        told.into_iter().collect()
    }

    /// How often it is audited, where it stands, and what went wrong.
    fn monitoring(&self) -> Vec<Block> {
        let words = self.words;
        let gates = self.of.described.iter().flat_map(|of| &of.gates);
        let mut points: Vec<String> = gates
            .map(|(gate, days)| {
                let gate = quoted(gate, words);
                match days {
                    None => words.fill("dossier.gate", &[("gate", &gate)]),
                    Some(days) => {
                        let days = words.integer(u64::from(*days));
                        words.fill("dossier.gate_days", &[("gate", &gate), ("days", &days)])
                    }
                }
            })
            .collect();
        points.extend(self.standing());
        let mut blocks = Vec::new();
        if let Some(told) = self.of.incidents {
            let of = &told.metrics;
            let counts = [of.all, of.open, of.open_major].map(|n| words.integer(n));
            let values = [
                ("total", counts[0].as_str()),
                ("open", &counts[1]),
                ("major", &counts[2]),
            ];
            points.push(match of.all {
                0 => words.text("dossier.no_incidents"),
                _ => words.fill("dossier.incidents", &values),
            });
            if of.all > 0 {
                let article = incidents::article(told, IncidentsView::List, words);
                blocks.push(Block::Note(words.text("dossier.theirs")));
                blocks.extend(
                    article
                        .sections
                        .into_iter()
                        .flat_map(|section| section.blocks),
                );
            }
        }
        let mut out = list(points);
        out.extend(blocks);
        out
    }

    /// Where the ledger says that the system stands.
    fn standing(&self) -> Option<String> {
        let words = self.words;
        let mut systems = self.of.systems?.systems.iter();
        let standing = systems.find_map(|system| system.standing.as_ref())?;
        let state = words.name_in("systems.state", &standing.state);
        let Some((since, by)) = standing.since.as_ref().zip(standing.by.as_ref()) else {
            return Some(words.fill("dossier.standing_none", &[("state", &state)]));
        };
        let since = day(since.split('T').next().unwrap_or_default(), words);
        let by = quoted(by, words);
        let values = [("state", state.as_str()), ("since", &since), ("by", &by)];
        Some(words.fill("dossier.standing", &values))
    }

    /// The suggested risk class and its reasons.
    fn class(&self) -> Vec<Block> {
        let words = self.words;
        let systems = self.of.systems.iter().flat_map(|told| &told.systems);
        let found = systems.filter_map(|system| system.classification.as_ref());
        let mut blocks = Vec::new();
        for class in found {
            let name = words.name_in("systems.class", &class.class);
            blocks.push(Block::Text(
                words.fill("dossier.class", &[("class", &name)]),
            ));
            let reasons = class.reasons.iter().chain(&class.further);
            let told = reasons
                .map(|reason| format!("{}: {}", clean(&reason.law), pick(&reason.text, words)));
            blocks.extend(list(told.collect()));
        }
        blocks
    }
}

/// A list, if it has points.
fn list(points: Vec<String>) -> Vec<Block> {
    if points.is_empty() {
        Vec::new()
    } else {
        vec![Block::List(points)]
    }
}
