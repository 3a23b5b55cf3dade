//! Lists that come in pages: follows `Link: rel="next"` and says when a list was cut short. Never builds page numbers
//! and never takes a cut list for a whole one.

use super::refusal::{Answered, refusal};
use super::{Github, requests};
use crate::domain::{Gap, GapKind, System};
use crate::net::{ReadCall, Reply};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

/// Most pages of one list (HOUSE §5); beyond is `incomplete`.
pub const MOST_PAGES: usize = 50;

/// A list as far as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Why there may be more, if there may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Gap>,
}

impl<T> Listed<T> {
    /// A list that was seen to its end.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, cut: None }
    }
}

/// One page as it is kept between runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Page<T> {
    items: Vec<T>,
    next: Option<Url>,
    /// How many there are in all, when the vendor says so.
    total: Option<u64>,
}

/// Items of a page, and how many there are in all.
type Read<T> = fn(&Reply) -> Result<(Vec<T>, Option<u64>), Gap>;

/// Reads a page whose body is the list.
pub(super) fn bare<T: DeserializeOwned>(reply: &Reply) -> Result<(Vec<T>, Option<u64>), Gap> {
    Ok((reply.json::<Vec<T>>(System::Github)?, None))
}

/// A list that GitHub wraps in an object, with its count beside it.
pub(super) trait Wrapped {
    /// The key of the list.
    const KEY: &'static str;
}

impl Wrapped for super::facts::Environment {
    const KEY: &'static str = "environments";
}
impl Wrapped for super::facts::actions::Workflow {
    const KEY: &'static str = "workflows";
}
impl Wrapped for super::facts::actions::Run {
    const KEY: &'static str = "workflow_runs";
}
impl Wrapped for super::facts::actions::Job {
    const KEY: &'static str = "jobs";
}
impl Wrapped for super::facts::actions::Artifact {
    const KEY: &'static str = "artifacts";
}

/// Reads a page of a list that GitHub wraps.
pub(super) fn wrapped<T: DeserializeOwned + Wrapped>(reply: &Reply) -> Result<(Vec<T>, Option<u64>), Gap> {
    let mut page = reply.json::<serde_json::Map<String, serde_json::Value>>(System::Github)?;
    let total = page.get("total_count").and_then(serde_json::Value::as_u64);
    let list = page.remove(T::KEY).and_then(|list| serde_json::from_value::<Vec<T>>(list).ok());
    let list = list.ok_or_else(|| super::strange(reply))?;
    Ok((list, total))
}

impl Github {
    /// Reads pages until there is no next one or `is_enough` says so of the newest page.
    ///
    /// # Errors
    /// Any gap of the first page. What is missing later is in [`Listed::cut`], so that what was seen can still count.
    pub(super) async fn pages<T>(
        &self,
        first: ReadCall,
        read: Read<T>,
        is_enough: impl Fn(&[T]) -> bool + Send,
    ) -> Result<Answered<Listed<T>>, Gap>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let mut items = Vec::new();
        let mut call = first;
        for number in 1..=MOST_PAGES {
            let page = match self.page(call, read).await {
                Ok(Answered::Have(page)) => page,
                Ok(Answered::Without(negative)) if number == 1 => return Ok(Answered::Without(negative)),
                Ok(Answered::Without(negative)) => return Ok(cut(items, number, negative.gap("the next page"))),
                Err(gap) if number == 1 => return Err(gap),
                Err(gap) => return Ok(cut(items, number, gap)),
            };
            let is_enough = is_enough(&page.items);
            items.extend(page.items);
            if is_enough {
                return Ok(Answered::Have(Listed::whole(items)));
            }
            let Some(next) = page.next else {
                let seen = items.len() as u64;
                return Ok(match page.total {
                    Some(total) if total > seen => {
                        let says = format!("GitHub counts {total} and lists {seen}");
                        let gap = Gap::new(GapKind::Incomplete, System::Github, says).needs("Run again");
                        Answered::Have(Listed { items, cut: Some(gap) })
                    }
                    _ => Answered::Have(Listed::whole(items)),
                });
            };
            call = requests::follow(&next);
        }
        let says = format!("there are more than {MOST_PAGES} pages at GitHub and the rest was not read");
        let gap = Gap::new(GapKind::Incomplete, System::Github, says).needs("Look through the rest at GitHub");
        Ok(Answered::Have(Listed { items, cut: Some(gap) }))
    }

    async fn page<T>(&self, call: ReadCall, read: Read<T>) -> Result<Answered<Page<T>>, Gap>
    where
        T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
    {
        let answer = self
            .ask(call, move |reply| match refusal(reply) {
                None => {
                    let (items, total) = read(reply)?;
                    Ok(Answered::Have(Page { items, next: reply.next_page(), total }))
                }
                Some(Ok(negative)) => Ok(Answered::Without(negative)),
                Some(Err(gap)) => Err(gap),
            })
            .await?;
        Ok((*answer).clone())
    }
}

/// A list whose later page is missing: incomplete, with the reason and its remedy kept.
fn cut<T>(items: Vec<T>, number: usize, gap: Gap) -> Answered<Listed<T>> {
    let says = format!("page {number} of the list is missing: {}", gap.says);
    let gap = Gap { kind: GapKind::Incomplete, says: says.into(), ..gap };
    Answered::Have(Listed { items, cut: Some(gap) })
}
