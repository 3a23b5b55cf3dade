//! Samples of the keys of services around an app. Made at run time, as all are.

use super::{ALNUM, Dice, HEX, Samples, URL};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A form of a key: its rule, and how one is made.
type Form = (&'static str, fn(&mut Dice) -> String);

const FORMS: &[Form] = &[
    ("gitlab-token", |d| format!("{}-{}", ["gl", "pat"].concat(), d.text(URL, 20))),
    ("gitlab-token", |d| format!("glpat-{}.01.{}", d.text(URL, 27), d.text(LOWER, 9))),
    ("gitlab-token", |d| format!("glrtr-{}.{}", d.text(URL, 30), d.text(LOWER, 9))),
    ("digitalocean-token", |d| format!("dop_v1_{}", d.text(HEX, 64))),
    ("pypi-token", |d| format!("pypi-AgEIcHlwaS5vcmc{}", d.text(URL, 150))),
    ("rubygems-token", |d| format!("rubygems_{}", d.text(HEX, 48))),
    ("shopify-token", |d| format!("shpat_{}", d.text(HEX, 32))),
    ("atlassian-token", |d| format!("ATATT3xFfGF0{}={}", d.text(URL, 171), d.text("0123456789ABCDEF", 8))),
    ("docker-hub-token", |d| format!("dckr_pat_{}", d.text(URL, 27))),
    ("grafana-token", |d| format!("glsa_{}_{}", d.text(ALNUM, 32), d.text(HEX, 8))),
    ("databricks-token", |d| format!("dapi{}", d.text(HEX, 32))),
    ("dropbox-token", |d| format!("sl.B{}", d.text(URL, 134))),
    ("figma-token", |d| format!("figd_{}", d.text(URL, 40))),
    ("dropbox-token", |d| format!("sl.A{}", d.text(URL, 134))),
    ("figma-token", |d| format!("figp_{}", d.text(URL, 40))),
    ("square-token", |d| format!("EAAA{}", d.text(URL, 60))),
    ("doppler-token", |d| format!("dp.pt.{}", d.text(ALNUM, 43))),
    ("vault-token", |d| format!("hvs.{}", d.text(ALNUM, 96))),
    ("terraform-cloud-token", |d| format!("{}.atlasv1.{}", d.text(ALNUM, 14), d.text(ALNUM, 67))),
    ("tailscale-key", |d| format!("tskey-auth-{}CNTRL-{}", d.text(ALNUM, 12), d.text(ALNUM, 32))),
    ("onepassword-service-token", |d| format!("ops_eyJ{}", d.text(ALNUM, 800))),
    ("new-relic-key", |d| format!("NRAK-{}", d.text(UPPER, 27))),
    ("new-relic-key", |d| format!("NRAA-{}", d.text(HEX, 27))),
    ("new-relic-key", |d| format!("NRII-{}", d.text(URL, 32))),
    ("postman-key", |d| format!("PMAK-{}-{}", d.text(HEX, 24), d.text(HEX, 34))),
    ("sourcegraph-token", |d| format!("sgp_{}", d.text(HEX, 40))),
    ("netlify-token", |d| format!("nfp_{}", d.text(ALNUM, 36))),
    ("fly-token", |d| format!("fo1_{}", d.text(ALNUM, 43))),
    ("fly-token", |d| format!("fm1r_{}", d.text(ALNUM, 200))),
    ("heroku-token", |d| format!("HRKU-AA{}", d.text(ALNUM, 58))),
    ("brevo-key", |d| format!("xkeysib-{}-{}", d.text(HEX, 64), d.text(ALNUM, 16))),
    ("airtable-token", |d| format!("pat{}.{}", d.text(ALNUM, 14), d.text(HEX, 64))),
    ("typeform-token", |d| format!("tfp_{}_{}", d.text(ALNUM, 43), d.text(ALNUM, 15))),
    ("contentful-token", |d| format!("CFPAT-{}", d.text(URL, 43))),
    ("crawling-key", |d| format!("fc-{}", d.text(HEX, 32))),
    ("crawling-key", |d| format!("tvly-dev-{}-{}", d.text(ALNUM, 6), d.text(ALNUM, 42))),
    ("crawling-key", |d| format!("tvly-{}", d.text(ALNUM, 32))),
    ("brevo-key", |d| format!("xsmtpsib-{}-{}", d.text(HEX, 64), d.text(ALNUM, 16))),
    ("nvidia-key", |d| format!("nvapi-{}", d.text(URL, 64))),
    ("runpod-key", |d| format!("rpa_{}{}", d.text(UPPER, 40), d.text(LOWER, 6))),
];

/// Each form in three places; and cut off, or filled with one letter.
pub(super) fn services(d: &mut Dice) -> Vec<Samples> {
    let mut samples: Vec<Samples> = FORMS
        .iter()
        .map(|(rule, form)| {
            let matching = vec![format!("KEY={}\n", form(d)), format!(r#"{{"a":"{}"}}"#, form(d)), format!("f('{}')", form(d))];
            let whole = form(d);
            let stand_in: String = whole.chars().enumerate().map(|(at, c)| if at < 12 { c } else { 'x' }).collect();
            let near = vec![format!("a = {}\n", whole.split_at(16).0), format!("a = {stand_in}\n")];
            Samples { rule, path: "src/a.ts", matching, near }
        })
        .collect();
    let okta = |d: &mut Dice| format!("Authorization: SSWS 00{}\n", d.text(URL, 40));
    let near = vec![format!("Authorization: SSWS 00{}\n", d.text(URL, 20))];
    samples.push(Samples { rule: "okta-token", path: "src/a.ts", matching: vec![okta(d), okta(d)], near });
    let nested = |d: &mut Dice, indent: &str| format!("jwt:\n{indent}secret: \"{}\"\n", d.text(ALNUM, 40));
    let near = vec![format!("jwt:\n  issuer: \"{}\"\n", d.text(ALNUM, 40)), "jwt:\n  secret: ${JWT}\n".to_owned()];
    let json = format!(r#"{{"jwt": {{"secret": "{}"}}}}"#, d.text(ALNUM, 40));
    let matching = vec![nested(d, "  "), nested(d, "    "), json];
    samples.push(Samples { rule: "nested-signing-secret", path: "config/app.yml", matching, near });
    samples
}
