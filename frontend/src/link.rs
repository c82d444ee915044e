//! The WebSocket: opens, resumes where the page stands, folds what arrives, and tries again.

use std::{cell::Cell, rc::Rc};

use app::state::{Live, Unfit};
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::{
    SinkExt, StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::{request_animation_frame, window};
use model::{
    Book,
    wire::{ClientMessage, POSTCARD, ServerMessage, from_postcard, to_postcard},
};

use crate::{clock::Clock, feed::Ask, retry::Retry};

/// A connection that says nothing for so many milliseconds is dead.
const SILENCE: u32 = 10_000;

/// Milliseconds between two drawings: changes that come faster are drawn together.
const FRAME: f64 = 90.0;

/// Why a connection ended.
enum End {
    /// It broke, or never stood.
    Lost,
    /// The view asks for something else.
    Asked(Ask),
    /// The view is gone.
    Closed,
}

/// The link of a page to its server.
pub struct Link {
    live: Live,
    clock: Clock,
    book: Option<Book>,
    retry: Retry,
    /// The state has a hole: ask for a snapshot, not for what came since.
    torn: bool,
    drawing: Drawing,
}

impl Link {
    /// A link that has not begun.
    pub fn new(live: Live, clock: Clock) -> Self {
        let drawing = Drawing { live, due: Rc::default(), last: Rc::default() };
        Self { live, clock, book: named(), retry: Retry::default(), torn: false, drawing }
    }

    /// Keeps the page connected for as long as it lives.
    pub async fn run(mut self, mut asks: UnboundedReceiver<Ask>) {
        loop {
            match self.session(&mut asks).await {
                End::Closed => return,
                End::Asked(ask) => self.turn(ask),
                End::Lost => {
                    self.clock.lost();
                    let wait = TimeoutFuture::new(self.retry.next(js_sys::Math::random()));
                    match select(asks.next(), wait).await {
                        Either::Left((Some(ask), _)) => self.turn(ask),
                        Either::Left((None, _)) => return,
                        Either::Right(_) => {}
                    }
                }
            }
        }
    }

    /// Does what the view asks, with the next connection.
    fn turn(&mut self, ask: Ask) {
        match ask {
            Ask::Follow(book) => self.book = book,
            Ask::Complete => self.torn = true,
        }
    }

    /// One connection, from its opening to its end.
    async fn session(&mut self, asks: &mut UnboundedReceiver<Ask>) -> End {
        let Ok(mut socket) = WebSocket::open_with_protocol(&self.address(), POSTCARD) else {
            return End::Lost;
        };
        if socket.send(Message::Bytes(to_postcard(&self.resume()))).await.is_err() {
            return End::Lost;
        }
        loop {
            let message = select(socket.next(), TimeoutFuture::new(SILENCE));
            let heard = match select(message, asks.next()).await {
                Either::Left((Either::Left((heard, _)), _)) => heard,
                Either::Left((Either::Right(_), _)) => return End::Lost,
                Either::Right((Some(ask), _)) => return End::Asked(ask),
                Either::Right((None, _)) => return End::Closed,
            };
            let Some(Ok(Message::Bytes(bytes))) = heard else {
                return End::Lost;
            };
            if self.hear(&bytes).is_none() {
                return End::Lost;
            }
        }
    }

    fn address(&self) -> String {
        let location = window().location();
        let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
        let scheme = if secure { "wss" } else { "ws" };
        let host = location.host().unwrap_or_default();
        let query = self
            .book
            .as_ref()
            .map(|book| format!("?book={}", app::feed::escape(&book.to_string())));
        format!("{scheme}://{host}/ws{}", query.unwrap_or_default())
    }

    fn resume(&self) -> ClientMessage {
        let (epoch, book, sequence) = self.live.position();
        // No server starts with epoch 0, so this asks for a snapshot.
        let epoch = if self.torn { 0 } else { epoch };
        ClientMessage::Resume { epoch, book, sequence }
    }

    /// Folds one message; `None` where the connection must be made anew.
    fn hear(&mut self, bytes: &[u8]) -> Option<()> {
        let message: ServerMessage = from_postcard(bytes).ok()?;
        self.retry.reset();
        self.clock.found();
        match &message {
            ServerMessage::Status(status) => self.clock.hear(status.now),
            ServerMessage::Heartbeat { now } => self.clock.hear(*now),
            ServerMessage::Hello(_) | ServerMessage::Delta(_) => {}
        }
        match self.live.fold(message) {
            Ok(()) => {
                self.torn = false;
                self.drawing.ask();
                Some(())
            }
            Err(Unfit::Gap(_)) => {
                self.torn = true;
                None
            }
            Err(Unfit::Protocol(_)) => {
                drop(window().location().reload());
                None
            }
        }
    }
}

/// The book that the address names.
fn named() -> Option<Book> {
    let query = window().location().search().ok()?;
    let pair = |pair: &str| pair.strip_prefix("book=").map(str::to_owned);
    let text = query.trim_start_matches('?').split('&').find_map(pair)?;
    text.replace("%3A", ":").parse().ok()
}

/// Draws what was folded, at most once a [`FRAME`], and not at all while the page is hidden.
#[derive(Clone)]
struct Drawing {
    live: Live,
    due: Rc<Cell<bool>>,
    last: Rc<Cell<f64>>,
}

impl Drawing {
    fn ask(&self) {
        if !self.due.replace(true) {
            self.schedule();
        }
    }

    fn schedule(&self) {
        let drawing = self.clone();
        request_animation_frame(move || drawing.draw());
    }

    fn draw(self) {
        let now = js_sys::Date::now();
        if now - self.last.get() < FRAME {
            self.schedule();
            return;
        }
        self.last.set(now);
        self.due.set(false);
        self.live.flush();
    }
}
