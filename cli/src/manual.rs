//! The commands `completion` and `man`: what this program says of itself, for shells and readers. All of it is
//! made from the code that it describes.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory as _;

use crate::args::{Arguments, Completion, Man};
use crate::run::print;

const NAME: &str = "tingting";

/// Writes a shell's completion.
pub(crate) fn completion(what: &Completion) -> anyhow::Result<ExitCode> {
    let mut command = Arguments::command();
    match &what.folder {
        None => {
            let mut script = Vec::new();
            clap_complete::generate(what.shell, &mut command, NAME, &mut script);
            print(&String::from_utf8(script)?)?;
        }
        Some(folder) => {
            made(folder)?;
            let written = clap_complete::generate_to(what.shell, &mut command, NAME, folder);
            let file = written.with_context(|| unwritten(folder))?;
            print(&format!("{} was written\n", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the manual's pages.
pub(crate) fn man(what: &Man) -> anyhow::Result<ExitCode> {
    let command = Arguments::command();
    match &what.folder {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            print(&String::from_utf8(page)?)?;
        }
        Some(folder) => {
            made(folder)?;
            clap_mangen::generate_to(command, folder).with_context(|| unwritten(folder))?;
            print(&format!("the pages were written into {}\n", folder.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn made(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| unwritten(folder))
}

fn unwritten(folder: &Path) -> String {
    format!("cannot write into {}", folder.display())
}
