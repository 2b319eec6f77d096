//! Finds the SQL statements in Rust source.

use super::literals::{Literals, constants};
use std::fs;
use std::path::{Path, PathBuf};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, Expr, ExprCall, ExprMethodCall, ExprPath, File, GenericArgument, ImplItemFn, ItemFn, ItemMod,
};
use syn::{Macro, PathArguments, Stmt, Token, Type};

/// The macros that run a statement, and whether an argument between the connection and the statement names its row.
static MACROS: [(&str, bool); 5] = [
    ("execute", false),
    ("fetch_one", true),
    ("fetch_optional", true),
    ("fetch_all", true),
    ("dispatch_query", true),
];

/// The functions of sqlx that take a statement.
const FUNCTIONS: [&str; 8] = [
    "query",
    "query_as",
    "query_scalar",
    "query_with",
    "query_as_with",
    "query_scalar_with",
    "raw_sql",
    "new",
];

/// The methods that run a statement given as text.
const METHODS: [&str; 8] = [
    "execute",
    "execute_many",
    "fetch",
    "fetch_many",
    "fetch_one",
    "fetch_optional",
    "fetch_all",
    "prepare",
];

/// The engines that a statement runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Both,
    Sqlite,
    Postgres,
}

/// A statement whose text is known.
#[derive(Debug)]
pub struct Statement {
    pub file: String,
    pub target: Target,
    pub sql: String,
}

/// A statement whose text is composed at run time.
#[derive(Debug)]
pub struct UnknownStatement {
    pub file: String,
    /// What runs it.
    pub text: String,
}

/// All statements of a source.
#[derive(Debug, Default)]
pub struct Statements {
    pub known: Vec<Statement>,
    pub unknown: Vec<UnknownStatement>,
}

/// The parsed files, by their path in the repository.
pub struct Source(Vec<(String, File)>);

impl Source {
    /// Parses the crates that the server consists of, without their tests.
    pub fn of_workspace() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut folders: Vec<PathBuf> = ["app", "domain", "portal", "server"]
            .map(|name| root.join(name).join("src"))
            .to_vec();
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_stem().unwrap();
                if name == "tests" {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    files.push((path.strip_prefix(&root).unwrap().display().to_string(), text));
                }
            }
        }
        files.sort();
        Self::parse(files)
    }

    pub fn parse(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let files = files.into_iter().map(|(name, text)| {
            let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, file)
        });
        Self(files.collect())
    }

    /// Returns all statements.
    pub fn statements(&self) -> Statements {
        let mut found = Statements::default();
        let all: Vec<_> = self.0.iter().flat_map(|(_, syntax)| constants(syntax)).collect();
        for (file, syntax) in &self.0 {
            let mut finder = Finder {
                file,
                literals: Literals::new(syntax, &all),
                found: &mut found,
            };
            finder.visit_file(syntax);
        }
        found
    }
}

/// Visits a file and collects its statements.
struct Finder<'a> {
    file: &'a str,
    literals: Literals<'a>,
    found: &'a mut Statements,
}

impl Finder<'_> {
    /// Adds the statement with the text `sql`, which `runner` runs.
    fn add(&mut self, target: Target, runner: &str, sql: Option<&Expr>) {
        let file = || self.file.to_owned();
        match sql.and_then(|sql| self.literals.texts(sql)) {
            Some(texts) => self.found.known.extend(texts.into_iter().map(|sql| Statement {
                file: file(),
                target,
                sql,
            })),
            None => self.found.unknown.push(UnknownStatement {
                file: file(),
                text: runner.to_owned(),
            }),
        }
    }

    /// Returns the engine that the file is for, if any.
    fn target(&self) -> Target {
        if self.file.contains("database/sqlite") {
            Target::Sqlite
        } else if self.file.contains("database/postgres") {
            Target::Postgres
        } else {
            Target::Both
        }
    }
}

impl<'a> Visit<'a> for Finder<'a> {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_block(&mut self, block: &'a Block) {
        let outer = self.literals.enter(block);
        for statement in &block.stmts {
            self.visit_stmt(statement);
            if let Stmt::Local(local) = statement {
                self.literals.declare(local);
            }
        }
        self.literals.leave(outer);
    }

    fn visit_macro(&mut self, invocation: &'a Macro) {
        let name = invocation.path.segments.last().map(|segment| segment.ident.to_string());
        let runner = MACROS.iter().find(|(runner, _)| name.as_deref() == Some(*runner));
        if let Some((runner, has_row)) = runner {
            let sql = invocation.parse_body_with(|input: ParseStream| parse_arguments(input, *has_row));
            self.add(self.target(), runner, sql.ok().as_ref());
        }
        // The rest of a macro's content is not parsed, so statements in it can't be known.
        let tokens = invocation.tokens.to_string().replace([' ', '\n'], "");
        let macros = MACROS.iter().map(|(name, _)| format!("{name}!("));
        for runner in macros.chain(["sqlx::query".to_owned(), "sqlx::raw_sql".to_owned()]) {
            for _ in tokens.matches(&runner) {
                self.add(self.target(), &runner, None);
            }
        }
    }

    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        if let Expr::Path(function) = &*call.func
            && let Some(name) = sqlx_function(function)
        {
            let target = match engine_argument(function).as_deref() {
                Some("Sqlite") => Target::Sqlite,
                Some("Postgres") => Target::Postgres,
                _ => self.target(),
            };
            self.add(target, &name, call.args.first());
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let name = call.method.to_string();
        if name == "into_sql_str" {
            self.add(self.target(), &name, Some(&*call.receiver));
        } else if METHODS.contains(&name.as_str())
            && let Some(argument) = call.args.first()
            && (is_composed(argument) || self.literals.texts(argument).is_some())
        {
            self.add(self.target(), &name, Some(argument));
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// Parses the arguments of one of [`MACROS`], and returns the statement.
fn parse_arguments(input: ParseStream, has_row: bool) -> syn::Result<Expr> {
    input.parse::<Expr>()?;
    input.parse::<Token![,]>()?;
    if has_row {
        input.parse::<Type>()?;
        input.parse::<Token![,]>()?;
    }
    let sql = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
    Ok(sql)
}

/// Returns whether the expression is what sqlx requires around a statement that isn't a literal.
fn is_composed(expression: &Expr) -> bool {
    matches!(expression, Expr::Call(call) if matches!(&*call.func, Expr::Path(function)
        if function.path.segments.last().is_some_and(|name| name.ident == "AssertSqlSafe")))
}

/// Returns the name of the function if it is one of [`FUNCTIONS`].
fn sqlx_function(function: &ExprPath) -> Option<String> {
    let names: Vec<String> = function
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let name = names.last()?;
    let is_builder = names.iter().any(|name| name == "QueryBuilder");
    let is_function = name != "new" && (names.len() == 1 || names[0] == "sqlx");
    (FUNCTIONS.contains(&name.as_str()) && (is_builder || is_function)).then(|| names.join("::"))
}

/// Returns the last name of the first generic argument.
fn engine_argument(function: &ExprPath) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = &function.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Path(engine)) => Some(engine.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// Returns whether an item is only compiled for tests.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}
