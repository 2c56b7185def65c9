//! The grammar of conditions: a text to a tree in which every part knows its place in the text.

use std::ops::Range;

use winnow::ascii::{digit0, digit1, multispace0};
use winnow::combinator::{alt, delimited, opt, preceded, repeat};
use winnow::token::{one_of, take_while};
use winnow::{LocatingSlice, ModalResult, Parser};

use super::Comparison;

/// Parts of parts that a condition may have, and tokens: what a stack holds.
const DEPTH_MAX: usize = 50;
const TOKENS_MAX: usize = 10_000;

/// Why a text is no condition: what is wrong, and in which part.
pub(super) type Problem = (String, String);

/// A part of a condition.
#[derive(Debug, PartialEq)]
pub(super) struct Expression<'t> {
    pub text: &'t str,
    pub node: Node<'t>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Node<'t> {
    Or(Box<[Expression<'t>; 2]>),
    And(Box<[Expression<'t>; 2]>),
    Not(Box<Expression<'t>>),
    Compare(Comparison, Box<[Expression<'t>; 2]>),
    IsNull(Box<Expression<'t>>),
    In(Box<Expression<'t>>, Vec<Expression<'t>>),
    /// Whether the first lies within the others, both included.
    Between(Box<[Expression<'t>; 3]>),
    /// A column's name, its parts joined by dots.
    Column(String),
    Text(String),
    /// Digits, and whether a minus stands before them.
    Number(&'t str, bool),
    Bool(bool),
    Null,
}

#[derive(Clone, Debug, PartialEq)]
enum Token<'t> {
    /// A keyword or a name.
    Word(&'t str),
    /// A name in double quotes or backticks.
    Name(String),
    Text(String),
    Number(&'t str),
    Compare(Comparison),
    Mark(char),
}

/// Reads a condition.
pub(super) fn parse(text: &str) -> Result<Expression<'_>, Problem> {
    let mut reader = Reader {
        text,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
    };
    let whole = reader.either()?;
    match reader.tokens.get(reader.at) {
        None => Ok(whole),
        Some(_) => Err(reader.unexpected()),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, Problem> {
    let mut rest = LocatingSlice::new(text);
    let mut tokens = Vec::new();
    let blank = |rest: &mut LocatingSlice<&str>| {
        let skipped: ModalResult<&str> = multispace0.parse_next(rest);
        skipped.is_ok() && rest.is_empty()
    };
    while !blank(&mut rest) {
        let left = *rest.as_ref();
        let found = token.with_span().parse_next(&mut rest);
        tokens.push(found.map_err(|_| ("unexpected text".to_owned(), left.to_owned()))?);
        if tokens.len() > TOKENS_MAX {
            let problem = format!("more than {TOKENS_MAX} words and signs");
            return Err((problem, left.chars().take(40).collect()));
        }
    }
    Ok(tokens)
}

fn token<'t>(input: &mut LocatingSlice<&'t str>) -> ModalResult<Token<'t>> {
    let starts = |c: char| c.is_alphabetic() || "_#@".contains(c);
    let goes_on = |c: char| c.is_alphanumeric() || "_#@$".contains(c);
    let fraction = (digit1, opt(('.', digit0))).void();
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1);
    let number = (alt((fraction, ('.', digit1).void())), opt(exponent));
    let compare = alt((
        alt(("==", "=")).value(Comparison::Equal),
        alt(("<>", "!=")).value(Comparison::NotEqual),
        "<=".value(Comparison::LessOrEqual),
        ">=".value(Comparison::GreaterOrEqual),
        "<".value(Comparison::Less),
        ">".value(Comparison::Greater),
    ));
    alt((
        (one_of(starts), take_while(0.., goes_on))
            .take()
            .map(Token::Word),
        number.take().map(Token::Number),
        quoted('\'').map(Token::Text),
        alt((quoted('"'), quoted('`'))).map(Token::Name),
        compare.map(Token::Compare),
        one_of(['(', ')', ',', '.', '-', '+']).map(Token::Mark),
    ))
    .parse_next(input)
}

/// A text between quotes, in which a doubled quote stands for one.
fn quoted<'t>(quote: char) -> impl FnMut(&mut LocatingSlice<&'t str>) -> ModalResult<String> {
    move |input| {
        let plain = take_while(1.., |c| c != quote);
        let doubled = preceded(quote, quote.take());
        let parts = repeat(0.., alt((plain, doubled)));
        let joined = parts.fold(String::new, |mut text: String, part: &str| {
            text.push_str(part);
            text
        });
        delimited(quote, joined, quote).parse_next(input)
    }
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<(Token<'t>, Range<usize>)>,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn either(&mut self) -> Result<Expression<'t>, Problem> {
        let mut left = self.both()?;
        while self.takes_word("or") {
            left = joined(self.text, Node::Or, left, self.both()?);
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression<'t>, Problem> {
        let mut left = self.negation()?;
        while self.takes_word("and") {
            left = joined(self.text, Node::And, left, self.negation()?);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression<'t>, Problem> {
        let from = self.at;
        if !self.takes_word("not") {
            return self.test();
        }
        let inner = self.deeper(Self::negation)?;
        Ok(self.whole(from, Node::Not(Box::new(inner))))
    }

    fn test(&mut self) -> Result<Expression<'t>, Problem> {
        let from = self.at;
        let left = self.operand()?;
        if let Some(Token::Compare(comparison)) = self.next() {
            let comparison = *comparison;
            self.at += 1;
            let right = self.operand()?;
            return Ok(self.whole(from, Node::Compare(comparison, Box::new([left, right]))));
        }
        let of = self.at;
        let (node, negated) = if self.takes_word("is") {
            let negated = self.takes_word("not");
            self.expect_word("null")?;
            (Node::IsNull(Box::new(left)), negated)
        } else {
            let negated = self.takes_word("not");
            if self.takes_word("in") {
                (Node::In(Box::new(left), self.list()?), negated)
            } else if self.takes_word("between") {
                let low = self.operand()?;
                self.expect_word("and")?;
                let high = self.operand()?;
                (Node::Between(Box::new([left, low, high])), negated)
            } else {
                self.at = of;
                return Ok(left);
            }
        };
        let test = self.whole(from, node);
        Ok(match negated {
            true => self.whole(from, Node::Not(Box::new(test))),
            false => test,
        })
    }

    fn list(&mut self) -> Result<Vec<Expression<'t>>, Problem> {
        self.expect('(')?;
        let mut list = vec![self.operand()?];
        while self.takes(',') {
            list.push(self.operand()?);
        }
        self.expect(')')?;
        Ok(list)
    }

    fn operand(&mut self) -> Result<Expression<'t>, Problem> {
        let from = self.at;
        if self.takes('(') {
            // Without its parentheses, which mean nothing more.
            let inner = self.deeper(Self::either)?;
            self.expect(')')?;
            return Ok(self.whole(from, inner.node));
        }
        let negative = self.takes('-');
        let signed = negative || self.takes('+');
        let token = self.next().cloned().ok_or_else(|| self.unexpected())?;
        let node = match token {
            Token::Number(digits) => Node::Number(digits, negative),
            _ if signed => return Err(self.unexpected()),
            Token::Text(text) => Node::Text(text),
            Token::Name(name) => return self.column(from, name),
            Token::Word(word) => {
                let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
                match self.tokens.get(self.at + 1) {
                    Some((Token::Text(text), _)) if is("date") || is("timestamp") => {
                        let text = text.clone();
                        self.at += 1;
                        Node::Text(text)
                    }
                    _ if is("null") => Node::Null,
                    _ if is("true") || is("false") => Node::Bool(is("true")),
                    _ if KEYWORDS.into_iter().any(is) => return Err(self.unexpected()),
                    _ => return self.column(from, word.to_owned()),
                }
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(self.whole(from, node))
    }

    fn column(&mut self, from: usize, mut name: String) -> Result<Expression<'t>, Problem> {
        self.at += 1;
        while self.takes('.') {
            name.push('.');
            match self.next() {
                Some(Token::Word(part)) => name.push_str(part),
                Some(Token::Name(part)) => name.push_str(part),
                _ => return Err(self.unexpected()),
            }
            self.at += 1;
        }
        Ok(self.whole(from, Node::Column(name)))
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if self.depth == DEPTH_MAX {
            let problem = format!("more than {DEPTH_MAX} parts within each other");
            return Err((problem, self.rest().chars().take(40).collect()));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// The expression of the tokens from `from` up to here.
    fn whole(&self, from: usize, node: Node<'t>) -> Expression<'t> {
        let span = |at: usize| self.tokens[at].1.clone();
        Expression {
            text: &self.text[span(from).start..span(self.at - 1).end],
            node,
        }
    }

    fn next(&self) -> Option<&Token<'t>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn takes_word(&mut self, keyword: &str) -> bool {
        let taken =
            matches!(self.next(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(taken);
        taken
    }

    fn takes(&mut self, mark: char) -> bool {
        let taken = matches!(self.next(), Some(Token::Mark(found)) if *found == mark);
        self.at += usize::from(taken);
        taken
    }

    fn expect_word(&mut self, keyword: &str) -> Result<(), Problem> {
        match self.takes_word(keyword) {
            true => Ok(()),
            false => Err(self.missing(&keyword.to_uppercase())),
        }
    }

    fn expect(&mut self, mark: char) -> Result<(), Problem> {
        match self.takes(mark) {
            true => Ok(()),
            false => Err(self.missing(&mark.to_string())),
        }
    }

    fn rest(&self) -> &'t str {
        let start = self.tokens.get(self.at).map(|(_, span)| span.start);
        start.map_or("", |start| &self.text[start..])
    }

    fn unexpected(&self) -> Problem {
        match self.tokens.get(self.at) {
            Some(_) => ("unexpected text".to_owned(), self.rest().to_owned()),
            None => {
                let problem = "a column or a value is missing at the end".to_owned();
                (problem, self.text.to_owned())
            }
        }
    }

    fn missing(&self, what: &str) -> Problem {
        match self.rest() {
            "" => (
                format!("{what} is missing at the end"),
                self.text.to_owned(),
            ),
            rest => (
                format!("{what} is missing before \"{rest}\""),
                self.text.to_owned(),
            ),
        }
    }
}

/// Words that name no column unless they are quoted.
const KEYWORDS: [&str; 6] = ["and", "or", "not", "in", "is", "between"];

fn joined<'t>(
    text: &'t str,
    node: impl FnOnce(Box<[Expression<'t>; 2]>) -> Node<'t>,
    left: Expression<'t>,
    right: Expression<'t>,
) -> Expression<'t> {
    // Both are parts of the text, the right one behind the left.
    let offset = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    Expression {
        text: &text[offset(left.text)..offset(right.text) + right.text.len()],
        node: node(Box::new([left, right])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with every pair in parentheses.
    fn shown(text: &str) -> String {
        fn show(expression: &Expression<'_>) -> String {
            let two =
                |[a, b]: &[Expression<'_>; 2], by: &str| format!("({} {by} {})", show(a), show(b));
            match &expression.node {
                Node::Or(parts) => two(parts, "or"),
                Node::And(parts) => two(parts, "and"),
                Node::Not(inner) => format!("!{}", show(inner)),
                Node::Compare(comparison, parts) => two(parts, &format!("{comparison:?}")),
                Node::IsNull(inner) => format!("{} null?", show(inner)),
                Node::In(inner, list) => {
                    let list: Vec<String> = list.iter().map(show).collect();
                    format!("{} in {list:?}", show(inner))
                }
                Node::Between(parts) => {
                    let [x, low, high] = parts.each_ref().map(show);
                    format!("{low}..{x}..{high}")
                }
                Node::Column(name) => name.clone(),
                Node::Text(text) => format!("'{text}'"),
                Node::Number(digits, negative) => {
                    format!("{}{digits}", if *negative { "-" } else { "" })
                }
                Node::Bool(value) => value.to_string(),
                Node::Null => "null".to_owned(),
            }
        }
        parse(text).map_or_else(|problem| format!("{problem:?}"), |tree| show(&tree))
    }

    #[test]
    fn words_bind_as_in_sql() {
        let cases = [
            (
                "a = 1 or b = 2 and c = 3",
                "((a Equal 1) or ((b Equal 2) and (c Equal 3)))",
            ),
            ("not a = 1 AND b", "(!(a Equal 1) and b)"),
            ("not (a or b)", "!(a or b)"),
            ("a and b and c", "((a and b) and c)"),
            ("x BETWEEN 1 and 2 and y", "(1..x..2 and y)"),
            ("x not between -1 and +.5e-3", "!-1..x...5e-3"),
            (
                "g not in ('a', 'it''s') or g is not null",
                "(!g in [\"'a'\", \"'it's'\"] or !g null?)",
            ),
            ("\"a \"\"b\"\"\" <> 'ü'", "(a \"b\" NotEqual 'ü')"),
            ("`order` != 3", "(order NotEqual 3)"),
            (
                "t.\"x y\" >= date '2020-01-01'",
                "(t.x y GreaterOrEqual '2020-01-01')",
            ),
            ("größe<=2", "(größe LessOrEqual 2)"),
            ("(a)==(true)", "(a Equal true)"),
            ("date > 5", "(date Greater 5)"),
        ];
        for (text, tree) in cases {
            assert_eq!(shown(text), tree, "{text}");
        }
    }

    #[test]
    fn parts_know_their_text() {
        let tree = parse("  (a = 1)  or not  b is null ").unwrap();
        assert_eq!(tree.text, "(a = 1)  or not  b is null");
        let Node::Or(parts) = tree.node else {
            panic!("{tree:?}")
        };
        assert_eq!(
            parts.each_ref().map(|part| part.text),
            ["(a = 1)", "not  b is null"]
        );
    }

    #[test]
    fn what_is_no_condition_is_told_with_its_place() {
        let end = "a column or a value is missing at the end";
        let cases = [
            ("", (end, "")),
            ("score >", (end, "score >")),
            ("a = 1 b", ("unexpected text", "b")),
            ("a = 1 = 2", ("unexpected text", "= 2")),
            ("a = and", ("unexpected text", "and")),
            ("a = 'open", ("unexpected text", "'open")),
            ("a ? 2", ("unexpected text", "? 2")),
            ("a = -'x'", ("unexpected text", "'x'")),
            ("a in 3", ("( is missing before \"3\"", "a in 3")),
            ("(a = 1", (") is missing at the end", "(a = 1")),
            ("a is 3", ("NULL is missing before \"3\"", "a is 3")),
            ("a in ()", ("unexpected text", ")")),
        ];
        for (text, (problem, part)) in cases {
            let found = parse(text).unwrap_err();
            assert_eq!(found, (problem.to_owned(), part.to_owned()), "{text}");
        }
    }

    #[test]
    fn nesting_and_length_have_limits() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(parse(&nested(DEPTH_MAX)).is_ok());
        assert!(parse(&nested(DEPTH_MAX + 1)).is_err());
        assert!(parse(&"not ".repeat(100_000)).is_err());
        assert!(parse(&nested(1_000_000)).is_err());
        let long = |terms: usize| vec!["a = 1"; terms].join(" and ");
        assert!(parse(&long(2500)).is_ok());
        assert!(parse(&long(2501)).is_err());
    }
}
