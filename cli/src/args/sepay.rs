//! The command line of `tingting sepay`, in the names that SePay's page gives.

use clap::{ArgAction, Args, Subcommand, ValueEnum};
use url::Url;

use super::apis::switch;
use super::{Asked, Hooked};

/// What to ask SePay.
#[derive(Debug, Subcommand)]
pub enum Sepay {
    /// Log in at SePay by OAuth2, so that webhooks can be managed; kept in this system's keyring.
    ///
    /// You need an application at SePay (ask SePay for one): its id, its secret and the redirect URL that it
    /// was registered with. Nothing needs to answer there: the program shows an address to open, and you paste
    /// the one that the browser ends at. The secret comes from the variable SEPAY_CLIENT_SECRET, or from
    /// `api` of --source; never from the command line.
    ///
    /// SePay's refresh tokens live a month. On Linux it is kept in the kernel's keyring, which forgets it
    /// at a restart at the latest; on a Mac in the keychain. Where there is no keyring, set SEPAY_ACCESS_TOKEN.
    /// This login is not the refresh_token in the configuration, which reconciling keeps to itself.
    Login(SepayLogin),
    /// Forget the login. SePay documents no way to revoke it: it ends by itself within a month.
    Logout(SepayLogout),
    /// List, show, create, update and delete webhooks at SePay's API.
    ///
    /// Opened by the access token in the variable SEPAY_ACCESS_TOKEN (it lives an hour), or else by `tingting
    /// sepay login`. Keys in answers are masked.
    #[command(subcommand)]
    Webhooks(SepayWebhooks),
}

/// How to log in.
#[derive(Debug, Args)]
pub struct SepayLogin {
    /// The application's id. Default: the variable SEPAY_CLIENT_ID, or `api` of --source.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// The redirect URL that the application was registered with, to the letter.
    #[arg(long, value_name = "URL")]
    pub redirect_uri: Url,
    /// The source in the configuration whose `api` holds client_id and client_secret.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// What to forget.
#[derive(Debug, Args)]
pub struct SepayLogout {
    /// Where the login was, if not at SePay's own address.
    #[arg(long, value_name = "URL")]
    pub api_base: Option<Url>,
}

/// What to do with SePay's webhooks.
#[derive(Debug, Subcommand)]
pub enum SepayWebhooks {
    /// List webhooks, all pages.
    List(SepayList),
    /// Show one webhook, keys masked.
    Show(SepayOne),
    /// Have SePay call our hook from now on, proving itself as the source says.
    ///
    /// `tingting sepay webhooks create --url https://hooks.example.com --source shop --bank-account-id 19` has
    /// SePay call https://hooks.example.com/hooks/sepay/shop; authen_type and keys follow the source's `auth`
    /// and its first secret, and failures of every kind are retried. One webhook is for one bank account: make
    /// one for each, all with the same URL.
    ///
    /// Uncertain: SePay's page knows Api_Key, OAuth2.0 and No_Authen; for `auth = "hmac"` HMAC_SHA256 with
    /// secret_key is sent, as public accounts of the API have it. Where SePay refuses that, make the webhook
    /// on its page, or use `auth = "api_key"`.
    Create(SepayCreate),
    /// Change what is given of a webhook, and leave the rest.
    ///
    /// With --source it is pointed at our hook with that source's proof: after a rotation, or a move.
    Update(SepayUpdate),
    /// Delete a webhook: SePay does not call it any more.
    Delete(SepayOne),
}

/// Which to list.
#[derive(Debug, Args)]
pub struct SepayList {
    /// Only those whose URL has this in it.
    #[arg(long, value_name = "PART")]
    pub webhook_url: Option<String>,
    /// Only those that are active (1), or are not (0).
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub active: Option<bool>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// Which one.
#[derive(Debug, Args)]
pub struct SepayOne {
    /// SePay's number of the webhook.
    pub id: u64,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// What SePay tells of, in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EventType {
    #[value(name = "All")]
    All,
    #[value(name = "In_only")]
    InOnly,
    #[value(name = "Out_only")]
    OutOnly,
}

/// What to make.
#[derive(Debug, Args)]
pub struct SepayCreate {
    /// Our side.
    #[command(flatten)]
    pub hooked: Hooked,
    /// SePay's number of the bank account: on SePay's page of bank accounts, or GET /api/v1/bank-accounts.
    #[arg(long, value_name = "ID")]
    pub bank_account_id: u64,
    /// What to call it at SePay. Default: tingting and the source's name.
    #[arg(long)]
    pub name: Option<String>,
    /// Which transfers.
    #[arg(long, value_enum, default_value = "All")]
    pub event_type: EventType,
    /// Whether SePay takes our answer as verifying a payment.
    #[arg(long, value_name = "0|1", default_value = "0", value_parser = switch, action = ArgAction::Set)]
    pub is_verify_payment: bool,
    /// Whether transfers without a payment code are left out.
    #[arg(long, value_name = "0|1", default_value = "0", value_parser = switch, action = ArgAction::Set)]
    pub skip_if_no_code: bool,
    /// Whether it calls at once.
    #[arg(long, value_name = "0|1", default_value = "1", value_parser = switch, action = ArgAction::Set)]
    pub active: bool,
    /// Whether only transfers to virtual accounts are told; needs --bank-sub-account-ids.
    #[arg(
        long,
        value_name = "0|1",
        default_value = "0",
        value_parser = switch,
        action = ArgAction::Set,
        requires_if("1", "bank_sub_account_ids")
    )]
    pub only_va: bool,
    /// The virtual accounts, by SePay's numbers, with commas between them.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub bank_sub_account_ids: Vec<u64>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}

/// What to change.
#[derive(Debug, Args)]
pub struct SepayUpdate {
    /// SePay's number of the webhook.
    pub id: u64,
    /// Point it at our hook for this source in the configuration, with its proof.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// What comes before /hooks/ in our URLs. Default: public_url in the configuration.
    #[arg(long, value_name = "URL", requires = "source")]
    pub url: Option<Url>,
    /// SePay's number of the bank account.
    #[arg(long, value_name = "ID")]
    pub bank_account_id: Option<u64>,
    /// What it is called at SePay.
    #[arg(long)]
    pub name: Option<String>,
    /// Which transfers.
    #[arg(long, value_enum)]
    pub event_type: Option<EventType>,
    /// Whether SePay takes our answer as verifying a payment.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub is_verify_payment: Option<bool>,
    /// Whether transfers without a payment code are left out.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub skip_if_no_code: Option<bool>,
    /// Whether it calls.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub active: Option<bool>,
    /// Whether failures of every kind are retried.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub retry_non_2xx: Option<bool>,
    /// Whether only transfers to virtual accounts are told.
    #[arg(long, value_name = "0|1", value_parser = switch)]
    pub only_va: Option<bool>,
    /// The virtual accounts, by SePay's numbers, with commas between them.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub bank_sub_account_ids: Vec<u64>,
    /// How.
    #[command(flatten)]
    pub asked: Asked,
}
