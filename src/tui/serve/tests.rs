//! The loop, with keys and messages from channels, a clock that is set, and a terminal that is a buffer.

use super::*;
use crate::clock::SetClock;
use crate::tui::key::strokes;
use crate::tui::sample;
use futures_util::stream;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc;

fn events(text: &str) -> Vec<Event> {
    strokes(text).into_iter().map(|it| Event::Key(it.event())).collect()
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(80, 24)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn keys_become_effects_and_q_leaves() {
    let (mut state, _) = sample::state((80, 24));
    let (_send, mut inbox) = mpsc::unbounded_channel();
    let mut effects = Vec::new();
    let mut keys = stream::iter(events("d:<esc>q"));
    let clock = SetClock::at(sample::now());
    let left = serve(&mut terminal(), &mut state, &mut keys, &mut inbox, &*clock, |it| effects.push(it)).await.unwrap();
    assert_eq!(left, Leave::Quit);
    assert!(matches!(effects.as_slice(), [Effect::Append { .. }]), "{effects:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_told_is_drawn_before_the_keys_end() {
    let (mut state, _) = sample::empty((80, 24));
    let (send, mut inbox) = mpsc::unbounded_channel();
    send.send(Message::Portfolio { apps: sample::apps::apps(), unread: 0 }).unwrap();
    let mut terminal = terminal();
    let mut keys = stream::once(async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Event::FocusGained
    })
    .boxed();
    let clock = SetClock::at(sample::now());
    serve(&mut terminal, &mut state, &mut keys, &mut inbox, &*clock, |_| {}).await.unwrap();
    assert!(terminal.backend().to_string().contains("Acme Shop"));
}

#[tokio::test(start_paused = true)]
async fn an_idle_console_sleeps_until_an_age_changes() {
    let (mut state, _) = sample::state((80, 24));
    let (_send, mut inbox) = mpsc::unbounded_channel::<Message>();
    let clock = SetClock::at(sample::now());
    let draws = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut terminal = Terminal::new(Counting { inner: TestBackend::new(80, 24), draws: draws.clone() }).unwrap();
    let mut keys = stream::once(tokio::time::sleep(Duration::from_mins(10))).map(|()| Event::FocusLost).boxed();
    serve(&mut terminal, &mut state, &mut keys, &mut inbox, &*clock, |_| {}).await.unwrap();
    // Ten minutes in which nothing happens and the clock stands: one wake a minute, and no spinning.
    assert!(draws.get() <= 12, "{} frames", draws.get());
}

#[tokio::test(start_paused = true)]
async fn a_streaming_run_is_drawn_at_most_every_33_ms() {
    let (mut state, _) = sample::state((80, 24));
    let (send, mut inbox) = mpsc::unbounded_channel();
    let clock = SetClock::at(sample::now());
    for event in sample::run_events() {
        send.send(Message::Run(event)).unwrap();
    }
    // A message each millisecond for a second.
    let feed = tokio::spawn(async move {
        for _ in 0..1_000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let probe = "github.branch-protection".parse().unwrap();
            if send.send(Message::Run(crate::engine::RunEvent::Asking { probe, system: crate::domain::System::Github })).is_err()
            {
                break;
            }
        }
    });
    let draws = std::rc::Rc::new(std::cell::Cell::new(0));
    let backend = Counting { inner: TestBackend::new(80, 24), draws: draws.clone() };
    let mut terminal = Terminal::new(backend).unwrap();
    let mut keys = stream::once(tokio::time::sleep(Duration::from_secs(1))).map(|()| Event::FocusLost).boxed();
    serve(&mut terminal, &mut state, &mut keys, &mut inbox, &*clock, |_| {}).await.unwrap();
    feed.abort();
    assert!((10..=33).contains(&draws.get()), "{} frames in a second", draws.get());
}

/// A terminal that counts its frames.
struct Counting {
    inner: TestBackend,
    draws: std::rc::Rc<std::cell::Cell<u32>>,
}

impl Backend for Counting {
    type Error = std::convert::Infallible;
    fn draw<'a, I: Iterator<Item = (u16, u16, &'a ratatui::buffer::Cell)>>(&mut self, content: I) -> Result<(), Self::Error> {
        self.draws.set(self.draws.get() + 1);
        self.inner.draw(content)
    }
    fn hide_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.hide_cursor()
    }
    fn show_cursor(&mut self) -> Result<(), Self::Error> {
        self.inner.show_cursor()
    }
    fn get_cursor_position(&mut self) -> Result<ratatui::layout::Position, Self::Error> {
        self.inner.get_cursor_position()
    }
    fn set_cursor_position<P: Into<ratatui::layout::Position>>(&mut self, position: P) -> Result<(), Self::Error> {
        self.inner.set_cursor_position(position)
    }
    fn clear(&mut self) -> Result<(), Self::Error> {
        self.inner.clear()
    }
    fn clear_region(&mut self, kind: ratatui::backend::ClearType) -> Result<(), Self::Error> {
        self.inner.clear_region(kind)
    }
    fn size(&self) -> Result<ratatui::layout::Size, Self::Error> {
        self.inner.size()
    }
    fn window_size(&mut self) -> Result<ratatui::backend::WindowSize, Self::Error> {
        self.inner.window_size()
    }
    fn flush(&mut self) -> Result<(), Self::Error> {
        self.inner.flush()
    }
}
