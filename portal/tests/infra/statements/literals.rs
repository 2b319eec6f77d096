//! Finds the texts that an expression can have, without running it.

use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::{Block, Expr, ExprMacro, File, Item, ItemConst, Lit, Local, Pat, Stmt, Token};

/// The constants and variables that are in scope.
pub struct Literals<'a> {
    /// The constants of the file.
    own: Vec<(String, &'a Expr)>,
    /// The constants of all files.
    all: &'a [(String, &'a Expr)],
    /// The variables and constants of the enclosing blocks, the innermost last.
    scope: Vec<(String, &'a Expr)>,
}

/// Collects the constants of a file, without those of its functions.
struct Constants<'a>(Vec<(String, &'a Expr)>);

impl<'a> Visit<'a> for Constants<'a> {
    fn visit_item_const(&mut self, constant: &'a ItemConst) {
        self.0.push((constant.ident.to_string(), &*constant.expr));
    }

    fn visit_block(&mut self, _: &'a Block) {}
}

/// Returns the constants of a file, without those of its functions.
pub fn constants(file: &File) -> Vec<(String, &Expr)> {
    let mut found = Constants(Vec::new());
    found.visit_file(file);
    found.0
}

impl<'a> Literals<'a> {
    pub fn new(file: &'a File, all: &'a [(String, &'a Expr)]) -> Self {
        Self {
            own: constants(file),
            all,
            scope: Vec::new(),
        }
    }

    /// Enters a block, and returns what [`leave`](Self::leave) takes.
    pub fn enter(&mut self, block: &'a Block) -> usize {
        let outer = self.scope.len();
        for statement in &block.stmts {
            if let Stmt::Item(Item::Const(constant)) = statement {
                self.scope.push((constant.ident.to_string(), &*constant.expr));
            }
        }
        outer
    }

    pub fn leave(&mut self, outer: usize) {
        self.scope.truncate(outer);
    }

    /// Adds a variable to the block.
    pub fn declare(&mut self, local: &'a Local) {
        let pattern = match &local.pat {
            Pat::Type(typed) => &*typed.pat,
            pattern => pattern,
        };
        if let (Pat::Ident(variable), Some(init)) = (pattern, &local.init) {
            self.scope.push((variable.ident.to_string(), &*init.expr));
        }
    }

    /// Returns every text that the expression can have, or `None` if one of them is only known at run time.
    pub fn texts(&self, expression: &Expr) -> Option<Vec<String>> {
        self.texts_of(expression, self.scope.len())
    }

    /// Returns the texts of an expression that only sees the first `visible` names of the scope.
    fn texts_of(&self, expression: &Expr, visible: usize) -> Option<Vec<String>> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(vec![text.value()]),
                _ => None,
            },
            Expr::Path(path) => self.texts_of_name(&path.path.segments.last()?.ident.to_string(), visible),
            Expr::Paren(inner) => self.texts_of(&inner.expr, visible),
            Expr::Group(inner) => self.texts_of(&inner.expr, visible),
            Expr::Reference(inner) => self.texts_of(&inner.expr, visible),
            Expr::Block(block) => self.texts_of_block(&block.block, visible),
            Expr::If(condition) => {
                let mut texts = self.texts_of_block(&condition.then_branch, visible)?;
                texts.extend(self.texts_of(&condition.else_branch.as_ref()?.1, visible)?);
                Some(texts)
            }
            Expr::Match(choice) => {
                let arms: Option<Vec<_>> = choice
                    .arms
                    .iter()
                    .map(|arm| self.texts_of(&arm.body, visible))
                    .collect();
                Some(arms?.concat())
            }
            Expr::MethodCall(call) if ["as_str", "into_sql_str"].contains(&call.method.to_string().as_str()) => {
                self.texts_of(&call.receiver, visible)
            }
            Expr::Call(call) => match &*call.func {
                Expr::Path(function) if function.path.segments.last()?.ident == "AssertSqlSafe" => {
                    self.texts_of(call.args.first()?, visible)
                }
                _ => None,
            },
            Expr::Macro(invocation) if invocation.mac.path.is_ident("format") => {
                self.texts_of_format(invocation, visible)
            }
            _ => None,
        }
    }

    fn texts_of_name(&self, name: &str, visible: usize) -> Option<Vec<String>> {
        // A variable is computed from those before it, which may have the same name.
        if let Some(at) = self.scope[..visible].iter().rposition(|(known, _)| known == name) {
            return self.texts_of(self.scope[at].1, at);
        }
        for constants in [&*self.own, self.all] {
            let mut named = constants.iter().filter(|(known, _)| known == name);
            // Which of several constants is imported is not looked up.
            if let (Some((_, value)), None) = (named.next(), named.next()) {
                return self.texts_of(value, 0);
            }
        }
        None
    }

    fn texts_of_block(&self, block: &Block, visible: usize) -> Option<Vec<String>> {
        match block.stmts.as_slice() {
            [Stmt::Expr(value, None)] => self.texts_of(value, visible),
            _ => None,
        }
    }

    fn texts_of_format(&self, invocation: &ExprMacro, visible: usize) -> Option<Vec<String>> {
        let arguments = invocation
            .mac
            .parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let arguments = arguments.ok()?;
        let mut arguments = arguments.iter();
        let template = match arguments.next()? {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(template) => template.value(),
                _ => return None,
            },
            _ => return None,
        };
        let mut texts = vec![String::new()];
        let mut rest = template.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            texts.iter_mut().for_each(|text| text.push_str(before));
            if from.starts_with("{{") || from.starts_with("}}") {
                texts.iter_mut().for_each(|text| text.push_str(&from[..1]));
                rest = &from[2..];
                continue;
            }
            let (name, after) = from.strip_prefix('{')?.split_once('}')?;
            let values = match name {
                "" => self.texts_of(arguments.next()?, visible)?,
                name => self.texts_of_name(name, visible)?,
            };
            let combine = |text: &String| values.iter().map(|value| format!("{text}{value}")).collect::<Vec<_>>();
            texts = texts.iter().flat_map(combine).collect();
            rest = after;
        }
        texts.iter_mut().for_each(|text| text.push_str(rest));
        Some(texts)
    }
}
