//! The demo's invented keys, put together at run time. They open nothing.

/// Puts invented keys where a text says `{{stripe-live}}`, `{{service-role}}`, `{{anon}}` or `{{openai}}`.
#[must_use]
pub fn with_keys(text: &str) -> String {
    text.replace("{{stripe-live}}", &stripe_live())
        .replace("{{service-role}}", &supabase("service_role"))
        .replace("{{anon}}", &supabase("anon"))
        .replace("{{openai}}", &openai())
}

/// As long as Stripe's keys are today: shorter ones could be Clerk's.
pub(super) fn stripe_live() -> String {
    format!("sk{}live_51{}", '_', invented(7, 97))
}

/// A JWT of the shape of Supabase's legacy keys, signed by nobody.
fn supabase(role: &str) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let head = part(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims =
        format!(r#"{{"iss":"supabase","ref":"acmeshopproductionab","role":"{role}","iat":1700000000,"exp":2015360000}}"#);
    let claims = part(&claims);
    let signature: String = (0..43_u8).map(|n| char::from(b'A' + (n % 26 * 7 + 5) % 26)).collect();
    format!("{head}.{claims}.{signature}")
}

/// A key of the shape of OpenAI's project keys: two halves around the word that all of them have.
fn openai() -> String {
    format!("sk{}proj-{}T3Blbk{}{}", '-', invented(41, 74), "FJ", invented(43, 74))
}

/// So many letters and digits that follow from the seed alone.
fn invented(seed: u64, length: usize) -> String {
    const ALPHABET: &[u8] = b"aZb3YcX7dWeV9fUgT2hSiR5jQkP8mNoM4pLqK6rJsH1tGuFvEwDxC0yBzA";
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap_or(0) % ALPHABET.len();
        ALPHABET.get(at).copied().map_or('a', char::from)
    };
    (0..length).map(|_| next()).collect()
}
