//! Which columns decide money or rights, by their own name and by the table that holds them (items API-01, ERR-04). A name
//! that means this in one app and something else in another is laid before a person.

use crate::repo::code::is_about;
use serde::{Deserialize, Serialize};

/// What a column that a browser writes says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Who writes it decides what somebody may do or has paid.
    Decides,
    /// It may be that, or somebody's own price list.
    Mentions,
}

/// Columns that decide it wherever they stand.
const DECIDES: [&str; 37] = [
    "is_admin",
    "is_super_admin",
    "is_superadmin",
    "is_superuser",
    "is_moderator",
    "user_role",
    "is_premium",
    "premium_until",
    "is_pro",
    "is_subscribed",
    "subscription_status",
    "subscription_tier",
    "subscription_plan",
    "subscription_type",
    "subscription_end",
    "subscription_ends_at",
    "subscription_expires_at",
    "plan_tier",
    "plan_expires_at",
    "trial_ends_at",
    "stripe_customer_id",
    "stripe_subscription_id",
    "entitlement",
    "entitlements",
    "credit_balance",
    "credits_balance",
    "credits_remaining",
    "remaining_credits",
    "credits_used",
    "token_balance",
    "wallet_balance",
    "account_balance",
    "amount_paid",
    "paid_amount",
    "payment_status",
    "has_paid",
    "paid_at",
];

/// Columns that decide it in a table of people or of what they belong to.
const OF_PEOPLE: [&str; 15] = [
    "role",
    "roles",
    "permissions",
    "access_level",
    "account_type",
    "plan",
    "plan_id",
    "plan_name",
    "plan_type",
    "tier",
    "balance",
    "credits",
    "is_paid",
    "is_verified",
    "premium",
];

/// Columns of money that a seller may well write.
const MONEY: [&str; 8] = ["price", "unit_price", "amount", "total_amount", "total_price", "discount", "cost", "fee"];

/// Words of tables of people and of what they belong to.
const PEOPLE: [&str; 28] = [
    "profile",
    "profiles",
    "user",
    "users",
    "member",
    "members",
    "membership",
    "memberships",
    "account",
    "accounts",
    "customer",
    "customers",
    "subscriber",
    "subscribers",
    "team",
    "teams",
    "organization",
    "organizations",
    "organisation",
    "organisations",
    "org",
    "orgs",
    "workspace",
    "workspaces",
    "tenant",
    "tenants",
    "company",
    "companies",
];

/// Words of tables in which a role is who speaks, and no right.
const TALK: [&str; 8] = ["message", "messages", "chat", "chats", "conversation", "conversations", "prompt", "prompts"];

/// What it says that a browser writes that column of that table; none for most.
pub(super) fn weight(table: &str, column: &str) -> Option<Weight> {
    let name = snake(column);
    let name = name.as_str();
    if DECIDES.contains(&name) {
        return Some(Weight::Decides);
    }
    if OF_PEOPLE.contains(&name) {
        if is_about(table, &TALK) {
            return None;
        }
        return Some(if is_about(table, &PEOPLE) { Weight::Decides } else { Weight::Mentions });
    }
    MONEY.contains(&name).then_some(Weight::Mentions)
}

/// `isAdmin` and `is_admin` are one.
fn snake(name: &str) -> String {
    let mut found = String::with_capacity(name.len() + 4);
    for it in name.chars() {
        if it.is_uppercase() && !found.is_empty() && !found.ends_with('_') {
            found.push('_');
        }
        found.extend(it.to_lowercase());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("profiles", "role", Some(Weight::Decides))]
    #[case("user_settings", "plan", Some(Weight::Decides))]
    #[case("anything", "is_admin", Some(Weight::Decides))]
    #[case("anything", "isPremium", Some(Weight::Decides))]
    #[case("orders", "amountPaid", Some(Weight::Decides))]
    #[case("workspaceMembers", "role", Some(Weight::Decides))]
    #[case("job_listings", "role", Some(Weight::Mentions))]
    #[case("products", "price", Some(Weight::Mentions))]
    #[case("courses", "credits", Some(Weight::Mentions))]
    #[case("insurance_quotes", "premium", Some(Weight::Mentions))]
    #[case("chat_messages", "role", None)]
    #[case("user_messages", "role", None)]
    #[case("profiles", "full_name", None)]
    #[case("profiles", "role_description", None)]
    fn weights(#[case] table: &str, #[case] column: &str, #[case] wanted: Option<Weight>) {
        assert_eq!(weight(table, column), wanted);
    }
}
