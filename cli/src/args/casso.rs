//! The command line of `tingting casso`.

use clap::{ArgAction, Args, Subcommand};
use url::Url;

use super::apis::switch;
use super::{Asked, Hooked};

/// What to ask Casso.
#[derive(Debug, Subcommand)]
pub enum Casso {
    /// Show, create, update and delete webhooks at Casso's API.
    ///
    /// The API key comes from the variable CASSO_API_KEY, or else from `api = { key = … }` of the source.
    /// Casso's API lists no webhooks: `create` says the number, and Casso's own page shows what is there.
    /// Webhooks made here are of Casso's first generation (`secure-token`), which a casso source takes as it
    /// takes Webhook V2; V2 is made on Casso's page alone, as far as its documents say.
    #[command(subcommand)]
    Webhooks(CassoWebhooks),
}

/// What to do with Casso's webhooks.
#[derive(Debug, Subcommand)]
pub enum CassoWebhooks {
    /// Show one webhook. What may be a key is masked.
    Show(CassoShow),
    /// Have Casso call our hook from now on, with the source's first secret as its key.
    ///
    /// `tingting casso webhooks create --url https://hooks.example.com --source shop` has Casso call
    /// https://hooks.example.com/hooks/casso/shop.
    Create(CassoCreate),
    /// Point a webhook at our hook, with the source's first secret: after a rotation, or a move.
    ///
    /// Casso does not say whether an update may leave a field out, so all are sent; whether it tells of money
    /// in alone is asked first and kept, unless --income-only is given.
    Update(CassoUpdate),
    /// Delete a webhook: Casso does not call it any more.
    Delete(CassoDelete),
}

/// Which to show.
#[derive(Debug, Args)]
pub struct CassoShow {
    /// Casso's number of the webhook.
    pub id: u64,
    /// The source in the configuration whose API key is taken. Default: the only one of Casso.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// What to make.
#[derive(Debug, Args)]
pub struct CassoCreate {
    /// Our side.
    #[command(flatten)]
    pub hooked: Hooked,
    /// Only tell of money in (1). Default: of money out too.
    #[arg(long, value_name = "0|1", default_value = "0", value_parser = switch, action = ArgAction::Set)]
    pub income_only: bool,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// What to change.
#[derive(Debug, Args)]
pub struct CassoUpdate {
    /// Casso's number of the webhook.
    pub id: u64,
    /// Our side.
    #[command(flatten)]
    pub hooked: Hooked,
    /// Only tell of money in (1), or of money out too (0). Default: as it was.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub income_only: Option<bool>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// Which to delete.
#[derive(Debug, Args)]
pub struct CassoDelete {
    /// Casso's number of the webhook.
    #[arg(required_unless_present = "webhook", conflicts_with = "webhook")]
    pub id: Option<u64>,
    /// Whichever webhooks call this URL, in place of a number.
    #[arg(long, value_name = "URL")]
    pub webhook: Option<Url>,
    /// The source in the configuration whose API key is taken. Default: the only one of Casso.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}
