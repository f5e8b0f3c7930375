//! The command `operators`: the people who may sign in to this installation's console. What an operator
//! is, and what a role allows, is `console`'s. A password is never an argument: those are seen by others.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use console::people::{self, Operator, OperatorName, Password, Passwords, Role};
use domain::Entropy;

use crate::args::{NewOperator, OneOperator, Operators, OtherRole, Where};
use crate::desk::Desk;
use crate::run::{Process, print};

/// Does what is asked of the operators.
pub(crate) async fn operators(what: Operators, process: Process<'_>) -> anyhow::Result<ExitCode> {
    match what {
        Operators::Create(new) => create(new, process).await,
        Operators::List(place) => list(place, process).await,
        Operators::Remove(one) => remove(one, process).await,
        Operators::Password(one) => password(one, process).await,
        Operators::Role(other) => other_role(other, process).await,
    }
}

async fn create(new: NewOperator, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let name = OperatorName::parse(&new.name)?;
    let role = role(&new.role)?;
    let desk = Desk::find(&new.place, &process).await?;
    let cabinet = desk.cabinet.as_ref();
    if people::find(cabinet, &name).await?.is_some() {
        bail!("{}", taken(&name));
    }
    let entropy = process.entropy.as_ref();
    let chosen = chosen(entropy)?;
    let who = (&name, role, &chosen.password);
    let now = process.clock.now();
    if !people::create(cabinet, entropy, &Passwords::default(), who, now).await? {
        bail!("{}", taken(&name));
    }
    print(&format!("{name} may sign in as {role}\n{}", chosen.shown()))?;
    Ok(ExitCode::SUCCESS)
}

async fn list(place: Where, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&place, &process).await?;
    print(&listed(&people::list(desk.cabinet.as_ref()).await?))?;
    Ok(ExitCode::SUCCESS)
}

async fn remove(one: OneOperator, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let name = OperatorName::parse(&one.name)?;
    let desk = Desk::find(&one.place, &process).await?;
    if !people::remove(desk.cabinet.as_ref(), &name).await? {
        bail!("{}", nobody(&name));
    }
    print(&format!("{name} is removed, and signed out everywhere\n"))?;
    Ok(ExitCode::SUCCESS)
}

async fn password(one: OneOperator, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let name = OperatorName::parse(&one.name)?;
    let desk = Desk::find(&one.place, &process).await?;
    let cabinet = desk.cabinet.as_ref();
    if people::find(cabinet, &name).await?.is_none() {
        bail!("{}", nobody(&name));
    }
    let entropy = process.entropy.as_ref();
    let chosen = chosen(entropy)?;
    let passwords = Passwords::default();
    if !people::set_password(cabinet, entropy, &passwords, &name, &chosen.password).await? {
        bail!("{}", nobody(&name));
    }
    print(&format!("{name} has a new password, and is signed out everywhere\n{}", chosen.shown()))?;
    Ok(ExitCode::SUCCESS)
}

async fn other_role(other: OtherRole, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let (name, role) = (OperatorName::parse(&other.name)?, role(&other.role)?);
    let desk = Desk::find(&other.place, &process).await?;
    let (cabinet, entropy) = (desk.cabinet.as_ref(), process.entropy.as_ref());
    if !people::set_role(cabinet, entropy, &name, role).await? {
        bail!("{}", nobody(&name));
    }
    print(&format!("{name} may sign in as {role} now, and is signed out everywhere\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// A password that was said, or made.
struct Chosen {
    password: Password,
    made: bool,
}

impl Chosen {
    /// What was made is shown, this once.
    fn shown(&self) -> String {
        if !self.made {
            return String::new();
        }
        format!("password  {}\nIt is shown this once.\n", self.password.expose())
    }
}

/// Reads a password: twice from a terminal, without echo; else the first line of standard input.
/// Where none is said one is made.
fn chosen(entropy: &dyn Entropy) -> anyhow::Result<Chosen> {
    let said = if io::stdin().is_terminal() {
        typed()?
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("standard input cannot be read")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if said.is_empty() {
        return Ok(Chosen { password: Password::random(entropy)?, made: true });
    }
    Ok(Chosen { password: Password::parse(&said)?, made: false })
}

fn typed() -> anyhow::Result<String> {
    let ask = |words| rpassword::prompt_password(words).context("the terminal cannot be read");
    let said = ask("Password, or Enter for a random one: ")?;
    if !said.is_empty() && ask("The same again: ")? != said {
        bail!("the two are not the same; nothing was changed");
    }
    Ok(said)
}

fn role(word: &str) -> anyhow::Result<Role> {
    let all = Role::ALL.map(Role::word).join(", ");
    Role::parse(word).with_context(|| format!("{word:?} is no role; there are: {all}"))
}

fn taken(name: &OperatorName) -> String {
    format!("there is an operator {name} already; `tingting operators password {name}` helps")
}

fn nobody(name: &OperatorName) -> String {
    format!("there is no operator {name}; `tingting operators list` shows them")
}

fn listed(operators: &[Operator]) -> String {
    if operators.is_empty() {
        return "none; make one with `tingting operators create NAME --role owner`\n".to_owned();
    }
    let mut text = String::new();
    for Operator { name, role, created, .. } in operators {
        // Writing to a String cannot fail.
        _ = writeln!(text, "{name}\n  {role}, created {created:.0}");
    }
    text
}
