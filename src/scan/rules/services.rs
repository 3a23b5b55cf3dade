//! Keys of the services that stand around an app beyond those of the dossier: code hosts, registries, shops, hosting and
//! tools. Only what its vendor gives out with a prefix of its own; what a name alone would tell is left to `generic`.
//!
//! Prefixes, alphabets and lengths were compared in November 2026 with gitleaks, betterleaks, trufflehog and noseyparker;
//! where those say less, the rule says whence it is. The patterns are our own, and wider where theirs disagree.

use crate::domain::Severity;
use crate::scan::entropy;
use crate::scan::placeholder::is_typed;
use crate::scan::report::Confidence;
use crate::scan::rule::{Candidate, Charset, Judged, Reach, Rule};

/// A prefix of its own, and random behind it: a word with such a beginning is no key.
const SERVICE: Rule = Rule { charset: Charset::Base64Url, judge: random, ..Rule::TOKEN };

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "gitlab-token",
        kind: "GitLab token",
        provider: "GitLab",
        severity: Severity::Critical,
        rotate: "gitlab.com › Preferences › Access tokens, or the project's settings",
        literals: &[
            "glpat-", "gldt-", "glrt-", "glrtr-", "glptt-", "glft-", "glsoat-", "glcbt-", "glimt-", "glagent-", "gloas-",
            "glffct-", "glwt-",
        ],
        // Routable ones end in two and seven letters or digits, newer ones in two and nine with a dot between. `glrtr-` is of
        // gitlab-org/gitlab-runner!5580.
        pattern: r"gl(?:(?:pat|dt|rtr?|ptt|ft|soat|cbt|imt|ffct|wt)-[A-Za-z0-9_-]{20,320}|agent-[A-Za-z0-9_-]{50}|oas-[A-Za-z0-9_-]{64})(?:\.[0-9a-z]{2}\.?[0-9a-z]{7,12})?",
        ..SERVICE
    },
    Rule {
        id: "digitalocean-token",
        kind: "DigitalOcean token",
        provider: "DigitalOcean",
        severity: Severity::Critical,
        rotate: "cloud.digitalocean.com › API › Tokens",
        literals: &["dop_v1_", "doo_v1_", "dor_v1_"],
        pattern: "do[opr]_v1_[0-9a-f]{64}",
        charset: Charset::Alnum,
        ..SERVICE
    },
    Rule {
        id: "pypi-token",
        kind: "PyPI upload token",
        provider: "PyPI",
        severity: Severity::Critical,
        rotate: "pypi.org › Account settings › API tokens",
        literals: &["pypi-AgE"],
        pattern: "pypi-AgE[A-Za-z0-9_-]{50,1000}",
        reach: Reach::From(1100),
        ..SERVICE
    },
    Rule {
        id: "rubygems-token",
        kind: "RubyGems API key",
        provider: "RubyGems",
        severity: Severity::Critical,
        rotate: "rubygems.org › Settings › API keys",
        literals: &["rubygems_"],
        pattern: "rubygems_[0-9a-f]{48}",
        charset: Charset::Alnum,
        ..SERVICE
    },
    Rule {
        id: "shopify-token",
        kind: "Shopify token or app secret",
        provider: "Shopify",
        rotate: "the shop's admin › Settings › Apps, or the app's page in the developer dashboard",
        literals: &["shpat_", "shpca_", "shppa_", "shpss_"],
        pattern: "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
        charset: Charset::Alnum,
        ..SERVICE
    },
    Rule {
        id: "atlassian-token",
        kind: "Atlassian API token",
        provider: "Atlassian",
        severity: Severity::Critical,
        rotate: "id.atlassian.com › Security › API tokens",
        literals: &["ATATT3xFfGF0", "ATCTT3xFfGN0"],
        pattern: "AT(?:ATT3xFfGF0|CTT3xFfGN0)[A-Za-z0-9_-]{60,300}=[0-9A-F]{8}",
        ..SERVICE
    },
    Rule {
        id: "docker-hub-token",
        kind: "Docker Hub access token",
        provider: "Docker",
        severity: Severity::Critical,
        rotate: "app.docker.com › Settings › Personal access tokens",
        literals: &["dckr_pat_", "dckr_oat_"],
        pattern: "dckr_(?:pat_[A-Za-z0-9_-]{27}|oat_[A-Za-z0-9_-]{32})",
        ..SERVICE
    },
    Rule {
        id: "grafana-token",
        kind: "Grafana service-account or cloud token",
        provider: "Grafana",
        rotate: "the Grafana instance › Administration › Service accounts, or grafana.com › Access policies",
        literals: &["glsa_", "glc_eyJ"],
        pattern: "(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_eyJ[A-Za-z0-9+/]{40,400}={0,2})",
        charset: Charset::Base64,
        ..SERVICE
    },
    Rule {
        id: "databricks-token",
        kind: "Databricks personal access token",
        provider: "Databricks",
        severity: Severity::Critical,
        rotate: "the workspace › Settings › Developer › Access tokens",
        literals: &["dapi"],
        pattern: "dapi[0-9a-f]{32}(?:-[0-9])?",
        ..SERVICE
    },
    Rule {
        id: "dropbox-token",
        kind: "Dropbox access token",
        provider: "Dropbox",
        rotate: "dropbox.com/developers/apps",
        // The short-lived ones that are documented begin with an A or a B.
        literals: &["sl.A", "sl.B", "sl.u."],
        pattern: r"sl\.(?:u\.)?[A-Za-z0-9_-]{130,1400}",
        reach: Reach::From(1500),
        ..SERVICE
    },
    Rule {
        id: "figma-token",
        kind: "Figma personal access token",
        provider: "Figma",
        severity: Severity::Medium,
        rotate: "figma.com › Settings › Security › Personal access tokens",
        literals: &["figd_", "figp_"],
        pattern: "fig(?:d_[A-Za-z0-9_-]{38,60}|p_[A-Za-z0-9_-]{38,54}={0,2})",
        ..SERVICE
    },
    Rule {
        id: "square-token",
        kind: "Square access token or app secret",
        provider: "Square",
        severity: Severity::Critical,
        rotate: "developer.squareup.com › the application › Credentials",
        literals: &["sq0atp-", "sq0csp-", "EAAA"],
        pattern: "(?:sq0atp-[A-Za-z0-9_-]{22}|sq0csp-[A-Za-z0-9_-]{43}|EAAA[A-Za-z0-9_-]{60})",
        ..SERVICE
    },
    Rule {
        id: "doppler-token",
        kind: "Doppler token",
        provider: "Doppler",
        severity: Severity::Critical,
        rotate: "dashboard.doppler.com › Tokens, or the project's Access page",
        literals: &["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit.", "dp.said."],
        pattern: r"dp\.(?:pt|ct|sa|scim|audit|said|st(?:\.[a-z0-9_-]{2,35})?)\.[A-Za-z0-9]{40,44}",
        ..SERVICE
    },
    Rule {
        id: "vault-token",
        kind: "HashiCorp Vault token",
        provider: "HashiCorp",
        severity: Severity::Critical,
        rotate: "vault token revoke, at the Vault that gave it out",
        literals: &["hvs.", "hvb.", "hvr."],
        pattern: r"hv[sbr]\.[A-Za-z0-9_-]{24,300}",
        ..SERVICE
    },
    Rule {
        id: "terraform-cloud-token",
        kind: "HCP Terraform token",
        provider: "HashiCorp",
        severity: Severity::Critical,
        rotate: "app.terraform.io › Settings › Tokens",
        literals: &[".atlasv1."],
        pattern: r"\.atlasv1\.[A-Za-z0-9_=-]{60,70}",
        charset: Charset::Open,
        judge: terraform,
        ..SERVICE
    },
    Rule {
        id: "tailscale-key",
        kind: "Tailscale key",
        provider: "Tailscale",
        severity: Severity::Critical,
        rotate: "login.tailscale.com › Settings › Keys",
        literals: &["tskey-"],
        pattern: "tskey-(?:api|auth|client|scim|webhook)-[A-Za-z0-9]{8,20}(?:CNTRL)?-[A-Za-z0-9]{20,48}",
        ..SERVICE
    },
    Rule {
        id: "onepassword-service-token",
        kind: "1Password service-account token",
        provider: "1Password",
        severity: Severity::Critical,
        rotate: "1password.com › Developer › Service accounts",
        literals: &["ops_eyJ"],
        pattern: "ops_eyJ[A-Za-z0-9+/_-]{200,2000}={0,2}",
        charset: Charset::Base64,
        reach: Reach::From(2200),
        ..SERVICE
    },
    Rule {
        id: "new-relic-key",
        kind: "New Relic key",
        provider: "New Relic",
        rotate: "one.newrelic.com › API keys",
        literals: &["NRAK-", "NRAA-", "NRRA-", "NRII-", "NRIQ-"],
        pattern: "(?:NRAK-[A-Z0-9]{27}|NRAA-[0-9a-f]{27}|NRRA-[0-9a-f]{42}|NRI[IQ]-[A-Za-z0-9_-]{32})",
        ..SERVICE
    },
    Rule {
        id: "postman-key",
        kind: "Postman API key",
        provider: "Postman",
        severity: Severity::Medium,
        rotate: "go.postman.co › Settings › API keys",
        literals: &["PMAK-"],
        pattern: "PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
        ..SERVICE
    },
    Rule {
        id: "sourcegraph-token",
        kind: "Sourcegraph access token",
        provider: "Sourcegraph",
        rotate: "the Sourcegraph instance › Settings › Access tokens",
        literals: &["sgp_"],
        pattern: "sgp_(?:[0-9a-fA-F]{16}_|local_)?[0-9a-f]{40}",
        ..SERVICE
    },
    Rule {
        id: "netlify-token",
        kind: "Netlify token",
        provider: "Netlify",
        severity: Severity::Critical,
        rotate: "app.netlify.com/user/applications",
        literals: &["nfp_", "nfc_", "nfo_", "nfu_"],
        pattern: "nf[pcou]_[A-Za-z0-9]{36}",
        charset: Charset::Alnum,
        judge: netlify,
        ..SERVICE
    },
    Rule {
        id: "fly-token",
        kind: "Fly.io token",
        provider: "Fly.io",
        severity: Severity::Critical,
        rotate: "fly.io/dashboard › Tokens",
        literals: &["fm1a_", "fm1r_", "fm2_", "fo1_"],
        pattern: "(?:fm(?:1[ar]|2)_[A-Za-z0-9+/]{100,1200}={0,3}|fo1_[A-Za-z0-9_-]{43})",
        charset: Charset::Base64,
        reach: Reach::From(1300),
        ..SERVICE
    },
    Rule {
        id: "heroku-token",
        kind: "Heroku API key",
        provider: "Heroku",
        severity: Severity::Critical,
        rotate: "dashboard.heroku.com/account",
        literals: &["HRKU-AA"],
        pattern: "HRKU-AA[A-Za-z0-9_-]{58}",
        ..SERVICE
    },
    Rule {
        id: "brevo-key",
        kind: "Brevo API key",
        provider: "Brevo",
        rotate: "app.brevo.com › SMTP & API",
        literals: &["xkeysib-", "xsmtpsib-"],
        pattern: "x(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}",
        ..SERVICE
    },
    Rule {
        id: "airtable-token",
        kind: "Airtable personal access token",
        provider: "Airtable",
        rotate: "airtable.com/create/tokens",
        literals: &["pat"],
        pattern: r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}",
        ..SERVICE
    },
    Rule {
        id: "typeform-token",
        kind: "Typeform personal access token",
        provider: "Typeform",
        severity: Severity::Medium,
        rotate: "admin.typeform.com › Account › Personal tokens",
        literals: &["tfp_"],
        pattern: "tfp_[A-Za-z0-9_-]{40,44}_[A-Za-z0-9_-]{12,18}",
        ..SERVICE
    },
    Rule {
        id: "contentful-token",
        kind: "Contentful personal access token",
        provider: "Contentful",
        rotate: "app.contentful.com › Account settings › CMA tokens",
        literals: &["CFPAT-"],
        pattern: "CFPAT-[A-Za-z0-9_-]{43}",
        ..SERVICE
    },
    Rule {
        id: "crawling-key",
        kind: "key of a service that reads the web for models",
        provider: "Firecrawl or Tavily",
        severity: Severity::Medium,
        rotate: "firecrawl.dev/app/api-keys or app.tavily.com",
        literals: &["fc-", "tvly-"],
        // Tavily's newer ones have a short part before a longer one, as seen in public code.
        pattern: "(?:fc-[0-9a-f]{32}|tvly-(?:dev-|prod-)?(?:[A-Za-z0-9]{4,8}-[A-Za-z0-9]{42}|[A-Za-z0-9]{32}))",
        ..SERVICE
    },
    Rule {
        id: "nvidia-key",
        kind: "NVIDIA API key",
        provider: "NVIDIA",
        rotate: "build.nvidia.com › API keys",
        literals: &["nvapi-"],
        pattern: "nvapi-[A-Za-z0-9_-]{60,70}",
        ..SERVICE
    },
    Rule {
        id: "runpod-key",
        kind: "RunPod API key",
        provider: "RunPod",
        rotate: "console.runpod.io › Settings › API keys",
        literals: &["rpa_"],
        pattern: "rpa_[A-Z0-9]{40}[A-Za-z0-9]{2,8}",
        charset: Charset::Alnum,
        ..SERVICE
    },
    Rule {
        id: "okta-token",
        kind: "Okta API token",
        provider: "Okta",
        severity: Severity::Critical,
        rotate: "the Okta admin console › Security › API › Tokens",
        literals: &["SSWS 00"],
        pattern: "SSWS (00[A-Za-z0-9_-]{40})",
        ..SERVICE
    },
];

fn random(candidate: &Candidate<'_>) -> Option<Judged> {
    // Hexadecimal digits behind a prefix have few letters, and of those every pair.
    let value = candidate.value();
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    ((entropy::wordiness(value) < 0.55 || digits * 4 >= value.len()) && !is_typed(value)).then(|| candidate.kept())
}

/// Only the prefix of personal tokens is known from others' rules; of the rest nobody was found to have seen one.
fn netlify(candidate: &Candidate<'_>) -> Option<Judged> {
    let judged = random(candidate)?;
    let is_known = candidate.value().starts_with(b"nfp_");
    Some(if is_known { judged } else { judged.confidence(Confidence::Contextual) })
}

/// Fourteen letters and digits stand before the mark.
fn terraform(candidate: &Candidate<'_>) -> Option<Judged> {
    let before = candidate.text.get(candidate.at.start.saturating_sub(15)..candidate.at.start).unwrap_or_default();
    let taken = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    (taken == 14 && entropy::looks_random(candidate.value()))
        .then(|| candidate.kept().at(candidate.at.start - taken..candidate.at.end))
}
