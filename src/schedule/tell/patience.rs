//! How often sending is tried, and how long is waited between: bounded on every side, on tokio's clock. It knows no channel.

use crate::domain::Foreign;
use std::time::Duration;

/// The bounds of sending one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often it is tried at most, the first time counted.
    pub attempts: u32,
    /// How long one attempt may take.
    pub each: Duration,
    /// The wait before the second attempt; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait that a server may ask for; what asks for more is given up.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 3,
            each: Duration::from_secs(20),
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_mins(1),
        }
    }
}

/// Whether it makes sense to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It would fail again.
    Never,
    /// After the usual wait.
    Soon,
    /// The server said after how long.
    After(Duration),
}

/// Why one attempt did not succeed. Never holds an address, a password or what a server wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Without a full stop.
    pub says: Foreign,
    pub again: Again,
}

impl Failure {
    /// It would fail again.
    pub fn lasting(says: impl AsRef<str>) -> Self {
        Self { says: Foreign::new(says), again: Again::Never }
    }

    /// It may succeed another time.
    pub fn passing(says: impl AsRef<str>) -> Self {
        Self { says: Foreign::new(says), again: Again::Soon }
    }
}

/// How sending ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub attempts: u32,
    /// What was done, or why it was not.
    pub end: Result<Foreign, Foreign>,
}

impl Delivery {
    /// It never began.
    pub fn impossible(why: impl AsRef<str>) -> Self {
        Self { attempts: 0, end: Err(Foreign::new(why)) }
    }
}

impl Patience {
    /// Tries until it succeeds, would fail again, or was tried often enough.
    pub async fn deliver<A, F>(self, mut attempt: A) -> Delivery
    where
        A: FnMut() -> F,
        F: Future<Output = Result<Foreign, Failure>>,
    {
        let mut wait = self.first_wait;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let late = || Failure::passing(format!("no answer in {} s", self.each.as_secs()));
            let ended = tokio::time::timeout(self.each, attempt()).await.unwrap_or_else(|_| Err(late()));
            let Failure { says, again } = match ended {
                Ok(says) => return Delivery { attempts, end: Ok(says) },
                Err(failure) => failure,
            };
            let pause = match again {
                Again::Never => None,
                Again::Soon => Some(wait),
                Again::After(asked) if asked <= self.longest_wait => Some(asked.max(wait)),
                Again::After(asked) => {
                    let why = format!("{says}; it asks to wait {} s, which is longer than is waited here", asked.as_secs());
                    return Delivery { attempts, end: Err(Foreign::new(why)) };
                }
            };
            let Some(pause) = pause.filter(|_| attempts < self.attempts) else {
                return Delivery { attempts, end: Err(says) };
            };
            tokio::time::sleep(pause).await;
            wait = wait.saturating_mul(2).min(self.longest_wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use tokio::time::Instant;

    fn failure(again: Again) -> Failure {
        Failure { says: "refused".into(), again }
    }

    #[rstest]
    #[case::never(Again::Never, 1, 0)]
    #[case::soon(Again::Soon, 3, 2 + 4)]
    #[case::asked(Again::After(Duration::from_secs(30)), 3, 30 + 30)]
    #[case::asked_less_than_usual(Again::After(Duration::from_secs(1)), 3, 2 + 4)]
    #[case::asked_too_much(Again::After(Duration::from_secs(61)), 1, 0)]
    #[tokio::test(start_paused = true)]
    async fn failing_each_time(#[case] again: Again, #[case] attempts: u32, #[case] seconds: u64) {
        let begin = Instant::now();
        let delivery = Patience::default().deliver(|| async { Err(failure(again)) }).await;
        assert_eq!((delivery.attempts, begin.elapsed().as_secs()), (attempts, seconds));
        assert!(delivery.end.unwrap_err().as_str().starts_with("refused"));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_answers_is_left_and_one_that_recovers_is_not_failed() {
        let begin = Instant::now();
        let never = Patience::default().deliver(std::future::pending).await;
        assert_eq!(never, Delivery { attempts: 3, end: Err("no answer in 20 s".into()) });
        assert_eq!(begin.elapsed().as_secs(), 3 * 20 + 2 + 4);
        let mut tried = 0;
        let recovers = Patience::default().deliver(|| {
            tried += 1;
            let result = if tried < 3 { Err(failure(Again::Soon)) } else { Ok("taken".into()) };
            async { result }
        });
        assert_eq!(recovers.await, Delivery { attempts: 3, end: Ok("taken".into()) });
    }
}
