//! The table of critical advisories that anybody can use over the network, of packages that this stack ships. Each row was
//! read in its advisory on the day of the table, but for three that say what they were read in; what could not be confirmed
//! is left out, and so is what only a developer's machine or a server of Windows is open to.

use semver::Version;

/// When the table was last compared with the advisories.
pub const AS_OF: &str = "2026-11-23";

/// One advisory on one package.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    pub package: &'static str,
    /// The advisory of GitHub's database, or the record where there is none.
    pub advisory: &'static str,
    /// What an attacker can do, and where.
    pub what: &'static str,
    /// Affected versions: from the first, to before the second, which is the fix. The second is a release of the same line.
    pub ranges: &'static [(&'static str, &'static str)],
    /// It is open only where this other package is locked below that version.
    pub with: Option<(&'static str, &'static str)>,
    /// Whether what the process can read has to be taken for read: then its secrets are replaced after the update.
    pub runs_code: bool,
}

/// From nothing on.
const ALL: &str = "0.0.0-0";

const FLIGHT: &str = "any request can run code on a server that renders React Server Components";

/// GHSA-fv66-9v8q-g76r (CVE-2025-55182): 19.0.0, 19.1.0, 19.1.1, 19.2.0; fixed in 19.0.1, 19.1.2, 19.2.1.
const FLIGHT_2025: &[(&str, &str)] = &[("19.0.0", "19.0.1"), ("19.1.0", "19.1.2"), ("19.2.0", "19.2.1")];

/// GHSA-xqc2-xf4c-x3h3 (CVE-2026-126187, 10 November 2026).
const FLIGHT_2026: &[(&str, &str)] = &[("19.0.0", "19.0.9"), ("19.1.0", "19.1.10"), ("19.2.0", "19.2.9"), ("19.3.0", "19.3.1")];

const fn flight(package: &'static str, advisory: &'static str, ranges: &'static [(&'static str, &'static str)]) -> Known {
    Known { package, advisory, what: FLIGHT, ranges, with: None, runs_code: true }
}

const fn row(
    package: &'static str,
    advisory: &'static str,
    ranges: &'static [(&'static str, &'static str)],
    what: &'static str,
) -> Known {
    Known { package, advisory, what, ranges, with: None, runs_code: false }
}

const fn code(mut known: Known) -> Known {
    known.runs_code = true;
    known
}

/// The rows, by package.
pub static KNOWN: &[Known] = &[
    // CVE-2025-29927. The vendor's own advisory begins at 11.1.4; Vercel's hosting filters the header.
    row(
        "next",
        "GHSA-f82v-jwr5-mffw",
        &[("11.1.4", "12.3.5"), ("13.0.0", "13.5.9"), ("14.0.0", "14.2.25"), ("15.0.0", "15.2.3")],
        "a header walks around the middleware, and around every check that stands in it",
    ),
    // CVE-2025-55182, first filed as CVE-2025-66478 ("React2Shell"); apps of the App Router.
    code(row(
        "next",
        "GHSA-9qr9-h5gf-34mp",
        &[
            ("14.3.0-canary.77", "15.0.5"),
            ("15.1.0-canary.0", "15.1.9"),
            ("15.2.0-canary.0", "15.2.6"),
            ("15.3.0-canary.0", "15.3.6"),
            ("15.4.0-canary.0", "15.4.8"),
            ("15.5.0-canary.0", "15.5.7"),
            ("15.6.0-canary.0", "15.6.0-canary.58"),
            ("16.0.0-beta.0", "16.0.7"),
            ("16.1.0-canary.0", "16.1.0-canary.12"),
        ],
        FLIGHT,
    )),
    // CVE-2026-94545, by the satori that `next/og` holds.
    code(row(
        "next",
        "GHSA-vcvr-r3jv-pc5j",
        &[("16.2.0", "16.3.6")],
        "a value of a request that `next/og` draws into a picture can run code",
    )),
    // Range and severity were read at Tenable and Root, not in the advisory itself.
    code(row(
        "next",
        "GHSA-673q-mjm6-r5xr",
        &[("16.0.0", "16.4.1")],
        "a request can run code where a `use cache` function answers with typed arrays",
    )),
    // CVE-2026-96889: the hole is in sharp, and is closed by sharp 0.35.5 whatever Next.js is.
    Known {
        package: "next",
        advisory: "GHSA-2464-fhr4-w9xw",
        what: "a picture that the image optimizer reads can run code",
        ranges: &[("10.0.0", "15.5.28"), ("16.0.0", "16.4.1")],
        with: Some(("sharp", "0.35.5")),
        runs_code: true,
    },
    flight("react-server-dom-webpack", "GHSA-fv66-9v8q-g76r", FLIGHT_2025),
    flight("react-server-dom-turbopack", "GHSA-fv66-9v8q-g76r", FLIGHT_2025),
    flight("react-server-dom-parcel", "GHSA-fv66-9v8q-g76r", FLIGHT_2025),
    flight("react-server-dom-webpack", "GHSA-xqc2-xf4c-x3h3", FLIGHT_2026),
    flight("react-server-dom-turbopack", "GHSA-xqc2-xf4c-x3h3", FLIGHT_2026),
    flight("react-server-dom-parcel", "GHSA-xqc2-xf4c-x3h3", FLIGHT_2026),
    // CVE-2024-22206.
    row(
        "@clerk/nextjs",
        "GHSA-q6w5-jg5q-47vg",
        &[("4.7.0", "4.29.3")],
        "a caller can act as another user where `auth()` or `getAuth()` decides",
    ),
    // CVE-2026-41248.
    row("@clerk/nextjs", "GHSA-vqx2-fgx2-5wq9", &[("5.0.0", "5.7.6"), ("6.0.0", "6.39.2"), ("7.0.0", "7.2.1")], MATCHER),
    row("@clerk/nuxt", "GHSA-vqx2-fgx2-5wq9", &[("1.0.0", "1.13.28"), ("2.0.0", "2.2.2")], MATCHER),
    row("@clerk/astro", "GHSA-vqx2-fgx2-5wq9", &[("0.0.1", "1.5.7"), ("2.0.0", "2.17.10"), ("3.0.0", "3.0.15")], MATCHER),
    // CVE-2026-73420.
    row("next-auth", "GHSA-7rqj-j65f-68wh", &[("4.0.0", "4.24.15"), ("5.0.0-beta.0", "5.0.0-beta.32")], LINKS),
    row("@auth/core", "GHSA-7rqj-j65f-68wh", &[("0.1.0", "0.41.3")], LINKS),
    // CVE-2026-73421.
    row(
        "next-auth",
        "GHSA-8fpg-xm3f-6cx3",
        &[("5.0.0-beta.0", "5.0.0-beta.32")],
        "everybody counts as signed in while the configuration is broken, where only `!!auth` is asked",
    ),
    // CVE-2025-61928; apps with the plugin for API keys.
    row("better-auth", "GHSA-99h5-pjcv-gr6v", &[(ALL, "1.3.26")], "anybody can make an API key of any user, with that plugin"),
    // CVE-2026-114607, CVE-2026-110862; apps with the plugin for magic links. The range is that of the record beside it.
    row(
        "better-auth",
        "GHSA-965c-763c-88jm",
        &[("1.4.0-beta.18", "1.7.7")],
        "anybody can sign in as any user, with the plugin for magic links",
    ),
    // No advisory of GitHub's was found: the record of the CVE programme.
    row(
        "@better-auth/expo",
        "CVE-2026-121802",
        &[(ALL, "1.7.16")],
        "anybody can take over accounts; the app's secret has to be replaced too",
    ),
    // CVE-2025-61686.
    row("@react-router/node", "GHSA-9583-h5hc-x8cw", &[("7.0.0", "7.9.4")], SESSIONS),
    row("@remix-run/node", "GHSA-9583-h5hc-x8cw", &[(ALL, "2.17.2")], SESSIONS),
    row("@remix-run/deno", "GHSA-9583-h5hc-x8cw", &[(ALL, "2.17.2")], SESSIONS),
    // CVE-2015-9235.
    row("jsonwebtoken", "GHSA-c7hr-j4mj-j2w6", &[(ALL, "4.2.2")], "anybody can sign a token with the public key"),
];

const MATCHER: &str = "a crafted address walks around what `createRouteMatcher` protects in the middleware";
const LINKS: &str = "a sign-in link can be sent to another's mailbox, where sign-in by mail is on";
const SESSIONS: &str = "an unsigned session cookie reads and writes files, with `createFileSessionStorage()`";

impl Known {
    /// The fix of the line that this version is of; none when it is not affected.
    #[must_use]
    pub fn fix(&self, version: &Version) -> Option<&'static str> {
        let within = |from: &str, to: &str| Some(Version::parse(from).ok()? <= *version && *version < Version::parse(to).ok()?);
        self.ranges.iter().find(|(from, to)| within(from, to) == Some(true)).map(|(_, to)| *to)
    }
}

/// How many different advisories the table knows.
#[must_use]
pub fn count() -> usize {
    KNOWN.iter().map(|it| it.advisory).collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn every_row_can_be_read() {
        for it in KNOWN {
            for (from, to) in it.ranges {
                let (from, to) = (Version::parse(from).unwrap(), Version::parse(to).unwrap());
                assert!(from < to, "{it:?}");
                assert_eq!(it.fix(&to), None, "the fix of {} is open to itself", it.advisory);
            }
            assert!(it.with.is_none_or(|(_, below)| Version::parse(below).is_ok()));
            assert!(it.advisory.starts_with("GHSA-") || it.advisory.starts_with("CVE-"));
        }
        assert_eq!(count(), 16);
    }

    #[rstest]
    #[case("next", "GHSA-f82v-jwr5-mffw", "15.2.2", Some("15.2.3"))]
    #[case("next", "GHSA-f82v-jwr5-mffw", "15.2.3", None)]
    #[case("next", "GHSA-f82v-jwr5-mffw", "14.2.24", Some("14.2.25"))]
    #[case("next", "GHSA-f82v-jwr5-mffw", "11.1.3", None)]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.0.4", Some("15.0.5"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.0.5", None)]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.1.8", Some("15.1.9"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.1.11", None)]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.4.7", Some("15.4.8"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "14.2.35", None)]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "14.3.0-canary.76", None)]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "14.3.0-canary.80", Some("15.0.5"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "15.6.0-canary.57", Some("15.6.0-canary.58"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "16.0.6", Some("16.0.7"))]
    #[case("next", "GHSA-9qr9-h5gf-34mp", "16.1.0", None)]
    #[case("react-server-dom-webpack", "GHSA-fv66-9v8q-g76r", "19.1.1", Some("19.1.2"))]
    #[case("react-server-dom-webpack", "GHSA-xqc2-xf4c-x3h3", "19.1.2", Some("19.1.10"))]
    #[case("react-server-dom-webpack", "GHSA-xqc2-xf4c-x3h3", "19.3.1", None)]
    #[case("next-auth", "GHSA-7rqj-j65f-68wh", "4.24.11", Some("4.24.15"))]
    #[case("next-auth", "GHSA-7rqj-j65f-68wh", "5.0.0-beta.29", Some("5.0.0-beta.32"))]
    #[case("next-auth", "GHSA-8fpg-xm3f-6cx3", "4.24.11", None)]
    #[case("@clerk/nextjs", "GHSA-q6w5-jg5q-47vg", "4.29.2", Some("4.29.3"))]
    #[case("@clerk/nextjs", "GHSA-vqx2-fgx2-5wq9", "4.31.8", None)]
    #[case("jsonwebtoken", "GHSA-c7hr-j4mj-j2w6", "9.0.2", None)]
    fn edges(#[case] package: &str, #[case] advisory: &str, #[case] version: &str, #[case] wanted: Option<&str>) {
        let row = KNOWN.iter().find(|it| it.package == package && it.advisory == advisory).unwrap();
        assert_eq!(row.fix(&Version::parse(version).unwrap()), wanted);
    }
}
