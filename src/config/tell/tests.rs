//! What a file about telling means, with an app's own words over the shared ones.

use super::*;
use crate::config::written::Written;
use rstest::rstest;
use std::path::Path;

fn tellings(text: &str) -> Tellings {
    let written = Written::parse(text, Path::new("config.toml")).unwrap();
    let own = written.app.iter().filter_map(|(app, it)| Some((app.clone(), it.tell.clone()?))).collect();
    Tellings::settle(&written.tell, &own)
}

fn of(tellings: &Tellings, app: &str) -> Telling {
    tellings.of(&app.parse().unwrap()).clone()
}

const MAIL: &str = "[tell.mail]\nhost = \"smtp.example.com\"\nfrom = \"rescue@example.com\"\nto = [\"ana@example.com\"]\n";

#[test]
fn nothing_is_told_unless_the_file_says_so() {
    let none = tellings("");
    assert!(none.shared().channels().is_empty() && none == Tellings::settle(&WrittenTell::default(), &BTreeMap::new()));
    assert_eq!(none.shared().when, Occasion::ALL.into());
}

#[test]
fn every_channel_has_its_own_wording_before_the_common_one() {
    let text = format!(
        "[tell]\nwording = \"founder\"\nwhen = [\"drift\"]\ndesktop = true\ndraft = {{ wording = \"engineer\" }}\n\
         [tell.webhook]\nform = \"plain\"\naddress_command = \"pass show hook\"\n{MAIL}wording = \"engineer\"\ntls = \"starttls\"\n"
    );
    let it = of(&tellings(&text), "acme");
    assert_eq!(it.when, BTreeSet::from([Occasion::Drift]));
    let wanted = [
        (Channel::Desktop, Wording::Founder),
        (Channel::Webhook, Wording::Founder),
        (Channel::Mail, Wording::Engineer),
        (Channel::Draft, Wording::Engineer),
    ];
    assert_eq!(it.channels(), wanted);
    let (mail, _) = it.mail.unwrap();
    assert_eq!((mail.port, mail.tls, mail.to.as_slice()), (587, MailTls::Starttls, &["ana@example.com".to_owned()][..]));
    assert_eq!(it.webhook.unwrap().0.address_command.as_deref(), Some("pass show hook"));
}

#[test]
fn an_app_overrides_field_by_field_or_is_switched_off() {
    let text = format!(
        "[tell]\ndesktop = true\n{MAIL}[app.acme.tell.mail]\nto = \"founder@acme.example\"\nwording = \"founder\"\n\
         [app.quiet.tell]\noff = true\n[app.paper.tell]\ndesktop = false\n[app.paper.tell.mail]\noff = true\n"
    );
    let all = tellings(&text);
    let (own, wording) = of(&all, "acme").mail.unwrap();
    assert_eq!(
        (own.to, own.host, wording),
        (vec!["founder@acme.example".to_owned()], "smtp.example.com".to_owned(), Wording::Founder)
    );
    assert_eq!(of(&all, "acme").desktop, Some(Wording::Engineer));
    assert!(of(&all, "quiet").channels().is_empty() && of(&all, "paper").channels().is_empty());
    assert_eq!(of(&all, "another"), *all.shared());
}

/// The commands and whether what is for all apps is kept away, of the webhook and of the mail.
fn secrets(text: &str) -> [(Option<String>, bool); 2] {
    let it = of(&tellings(text), "acme");
    let (hook, mail) = (it.webhook.unwrap().0, it.mail.unwrap().0);
    [(hook.address_command, hook.is_apart), (mail.password_command, mail.is_apart)]
}

#[rstest]
#[case::nothing_of_its_own("", "", [(Some("hook"), false), (Some("pass"), false)])]
#[case::another_reader("form = \"plain\"", "to = \"founder@acme.example\"", [(Some("hook"), false), (Some("pass"), false)])]
#[case::its_own_command("address_command = \"own\"", "password_command = \"own\"", [(Some("own"), true), (Some("own"), true)])]
#[case::the_same_server_and_user("", "host = \"SMTP.example.com\"\nuser = \"sam\"", [(Some("hook"), false), (Some("pass"), false)])]
#[case::another_server("", "host = \"mail.acme.example\"", [(Some("hook"), false), (None, true)])]
#[case::another_user("", "user = \"ana\"", [(Some("hook"), false), (None, true)])]
#[case::another_server_with_a_command("", "host = \"mail.acme.example\"\npassword_command = \"own\"", [(Some("hook"), false), (Some("own"), true)])]
fn what_is_for_all_is_not_shown_to_a_server_of_the_app_s_own(
    #[case] hook: &str,
    #[case] mail: &str,
    #[case] wanted: [(Option<&str>, bool); 2],
) {
    let own = format!("[app.acme.tell.webhook]\n{hook}\n[app.acme.tell.mail]\n{mail}\n");
    let shared = format!("[tell.webhook]\naddress_command = \"hook\"\n{MAIL}user = \"sam\"\npassword_command = \"pass\"\n");
    let wanted = wanted.map(|(command, apart)| (command.map(str::to_owned), apart));
    assert_eq!(secrets(&format!("{shared}{own}")), wanted);
}

#[test]
fn a_server_of_an_app_alone_is_not_shown_the_password_for_all_either() {
    let text = format!("[app.acme.tell.webhook]\naddress_command = \"own\"\n[app.acme.{}user = \"sam\"\n", &MAIL[1..]);
    assert_eq!(secrets(&text), [(Some("own".to_owned()), true), (None, true)]);
}

#[test]
fn an_app_may_be_told_about_where_the_others_are_not() {
    let all = tellings("[tell]\noff = true\ndesktop = true\n[app.acme.tell]\nwording = \"founder\"\n");
    assert!(all.shared().channels().is_empty());
    assert_eq!(of(&all, "acme").desktop, Some(Wording::Founder));
}

#[rstest]
#[case("ana@example.com", true)]
#[case("Ana Müller <ana@example.com>", true)]
#[case("ana", false)]
#[case("ana@", false)]
#[case("ana@example.com\nBcc: all@example.com", false)]
#[case("ana@example.com, bob@example.com", false)]
#[case("<ana@example.com> RCPT", false)]
fn addresses(#[case] text: &str, #[case] fits: bool) {
    assert_eq!(address_fault(text).is_none(), fits, "{:?}", address_fault(text));
}

#[rstest]
#[case("localhost", true)]
#[case("127.0.0.1", true)]
#[case("[::1]", true)]
#[case("10.0.0.1", false)]
#[case("localhost.example.com", false)]
fn this_machine(#[case] host: &str, #[case] wanted: bool) {
    assert_eq!(is_this_machine(host), wanted);
}

#[test]
fn the_variables_are_named_after_the_app() {
    assert_eq!(variable(None, OwnSecret::Webhook), "RESCUE_TELL_WEBHOOK");
    assert_eq!(variable(Some(&"acme-shop".parse().unwrap()), OwnSecret::MailPassword), "RESCUE_ACME_SHOP_TELL_MAIL_PASSWORD");
}
