//! Viewers over WebSocket: `GET /ws`, see `model::wire` for what is said.
//!
//! The conversation is generic over stream and sink, so that a test holds it without a socket.

use std::{fmt::Display, sync::Arc, time::Duration};

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use model::{
    Book, Snapshot,
    wire::{self, ClientMessage, Hello, PROTOCOL, ServerMessage},
};
use pipeline::hub::{Form, Frame, Hub, Start, Topics};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Shared,
    error::Problem,
    query::{Named, Params},
};

/// Largest message that a viewer may send, in bytes.
const LARGEST_MESSAGE: usize = 16 * 1024;

/// Up to this size a message is read to its end, so that the viewer hears why it is shown out;
/// a longer one is cut off, and whoever is still sending may not hear it.
const LARGEST_READ: usize = 16 * 1024 * 1024;

/// How long a viewer has to say where it stands; then it is sent a snapshot.
const GREETING: Duration = Duration::from_millis(500);

/// A viewer hears something at least this often.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// A viewer that takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which view is asked for.
#[derive(Debug, Deserialize)]
pub struct View {
    /// The book; without it the view follows the source.
    book: Option<Named<Book>>,
}

/// Upgrades a request of a known origin to a conversation.
pub async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Params(view): Params<View>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !same_origin(&headers) {
        let reason = "this origin may not open a view";
        return Problem::new(axum::http::StatusCode::FORBIDDEN, reason).into_response();
    }
    let (upgrade, form) = agree(upgrade, &headers);
    let upgrade = upgrade.max_message_size(LARGEST_READ).max_frame_size(LARGEST_READ);
    // No more of what handlers share is held: the flow ends once nobody can ask it any more.
    let (hub, stop) = (Arc::clone(&shared.hub), shared.stop.clone());
    let book = view.book.map(Named::into_inner);
    upgrade.on_upgrade(move |socket| serve(socket, hub, stop, form, book))
}

/// Chooses how to talk. A viewer that knows none of our subprotocols gets its own back, since a
/// browser would hide the reason for the end of a connection without one.
fn agree(upgrade: WebSocketUpgrade, headers: &HeaderMap) -> (WebSocketUpgrade, Option<Form>) {
    let asked = headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok());
    let first = asked.and_then(|asked| asked.split(',').next()).map(|name| name.trim().to_owned());
    let upgrade = upgrade.protocols([wire::POSTCARD, wire::JSON]);
    let chosen = upgrade.selected_protocol().map(|name| name.as_bytes().to_vec());
    match (chosen, first) {
        (Some(name), _) if name == wire::POSTCARD.as_bytes() => (upgrade, Some(Form::Postcard)),
        (Some(_), _) | (None, None) => (upgrade, Some(Form::Json)),
        (None, Some(unknown)) => (upgrade.protocols([unknown]), None),
    }
}

async fn serve(
    socket: WebSocket,
    hub: Arc<Hub>,
    stop: CancellationToken,
    form: Option<Form>,
    book: Option<Book>,
) {
    let viewer = hub.viewer();
    let (sink, stream) = socket.split();
    let mut sink = std::pin::pin!(sink);
    let ended = match form {
        Some(form) => tokio::select! {
            ended = Conversation::new(&hub, form, book).hold(stream, sink.as_mut()) => ended,
            () = stop.cancelled() => Err(Ended::Stopping),
        },
        None => Err(Ended::Protocol("subprotocols are streamboard.v1.postcard and .json")),
    };
    if let Err(Some((code, reason))) = ended.map_err(|ended| ended.close_frame()) {
        let frame = CloseFrame { code, reason: reason.into() };
        // The other side may be gone already.
        drop(timeout(PATIENCE, sink.send(Message::Close(Some(frame)))).await);
    }
    drop(viewer);
}

/// Whether the page that opens the view was served by this server. Programs send no origin.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str());
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(Ok(origin)), Some(Ok(host))) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
        _ => false,
    }
}

/// Why a conversation ended.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    /// The viewer left, or the connection broke.
    Gone,
    /// The viewer said something that cannot be read.
    Junk(String),
    /// The viewer said more than it may at once.
    Huge,
    /// The viewer broke the protocol.
    Protocol(&'static str),
    /// There is no such book, or there no longer is.
    NoBook,
    /// The program stops.
    Stopping,
}

impl Ended {
    fn close_frame(&self) -> Option<(u16, String)> {
        match self {
            Ended::Gone => None,
            Ended::Junk(reason) => Some((close_code::INVALID, reason.clone())),
            Ended::Huge => {
                let reason = format!("a message has at most {LARGEST_MESSAGE} bytes");
                Some((close_code::SIZE, reason))
            }
            Ended::Protocol(reason) => Some((close_code::PROTOCOL, (*reason).to_owned())),
            Ended::Stopping => Some((close_code::AWAY, "the server is stopping".to_owned())),
            Ended::NoBook => Some((close_code::NORMAL, "there is no such book".to_owned())),
        }
    }
}

struct Conversation<'a> {
    hub: &'a Hub,
    form: Form,
    asked: Option<Book>,
    topics: Topics,
}

/// The book that is being sent.
struct Watching {
    book: Book,
    frames: Receiver<Arc<Frame>>,
}

impl<'a> Conversation<'a> {
    fn new(hub: &'a Hub, form: Form, asked: Option<Book>) -> Self {
        Self { hub, form, asked, topics: Topics::ALL }
    }

    /// The book that this view shows now.
    fn book(&self) -> Book {
        let followed = || {
            let status = self.hub.status();
            let status = status.borrow();
            status.as_ref().map_or(Book::Real, |status| status.book.clone())
        };
        self.asked.clone().unwrap_or_else(followed)
    }

    async fn hold<R, W, E>(
        mut self,
        mut stream: R,
        mut sink: std::pin::Pin<&mut W>,
    ) -> Result<(), Ended>
    where
        R: Stream<Item = Result<Message, E>> + Unpin,
        E: Display,
        W: Sink<Message>,
    {
        let resume = self.greeting(&mut stream).await?;
        let mut status = self.hub.status();
        let mut watching = self.begin(sink.as_mut(), resume).await?;
        let mut heartbeat = interval(HEARTBEAT);
        let mut last_sent = Instant::now();
        status.mark_changed();
        loop {
            tokio::select! {
                said = stream.next() => match said {
                    Some(Ok(message)) => {
                        if let Some(resume) = self.hear(message)? {
                            watching = self.begin(sink.as_mut(), Some(resume)).await?;
                        }
                    }
                    other => return Err(ended(other)),
                },
                frame = watching.frames.recv() => match frame {
                    Ok(frame) => {
                        self.put(sink.as_mut(), frame.bytes(self.form, self.topics)).await?;
                        last_sent = Instant::now();
                    }
                    Err(RecvError::Lagged(_)) => watching = self.begin(sink.as_mut(), None).await?,
                    Err(RecvError::Closed) => return Err(Ended::NoBook),
                },
                changed = status.changed() => {
                    if changed.is_err() {
                        return Err(Ended::Gone);
                    }
                    let newest = status.borrow_and_update().clone();
                    if let Some(newest) = newest {
                        let message = ServerMessage::Status(Box::new((*newest).clone()));
                        self.put(sink.as_mut(), self.form.encode(&message)).await?;
                        last_sent = Instant::now();
                    }
                    if watching.book != self.book() {
                        watching = self.begin(sink.as_mut(), None).await?;
                    }
                }
                _ = heartbeat.tick() => {
                    if last_sent.elapsed() >= HEARTBEAT {
                        let message = ServerMessage::Heartbeat { now: crate::clock::now() };
                        self.put(sink.as_mut(), self.form.encode(&message)).await?;
                    }
                }
            }
        }
    }

    /// Waits a moment for the viewer to say where it stands.
    async fn greeting<R, E>(&mut self, stream: &mut R) -> Result<Option<Resume>, Ended>
    where
        R: Stream<Item = Result<Message, E>> + Unpin,
        E: Display,
    {
        match timeout(GREETING, stream.next()).await {
            Ok(Some(Ok(message))) => self.hear(message),
            Ok(other) => Err(ended(other)),
            Err(_) => Ok(None),
        }
    }

    fn hear(&mut self, message: Message) -> Result<Option<Resume>, Ended> {
        let size = match &message {
            Message::Text(text) => text.len(),
            Message::Binary(bytes) => bytes.len(),
            _ => 0,
        };
        if size > LARGEST_MESSAGE {
            return Err(Ended::Huge);
        }
        let unreadable = |error: wire::Unreadable| Ended::Junk(error.to_string());
        let said: ClientMessage = match (self.form, message) {
            (Form::Postcard, Message::Binary(bytes)) => {
                wire::from_postcard(&bytes).map_err(unreadable)?
            }
            (Form::Json, Message::Text(text)) => wire::from_json(&text).map_err(unreadable)?,
            (_, Message::Ping(_) | Message::Pong(_)) => return Ok(None),
            (_, Message::Close(_)) => return Err(Ended::Gone),
            _ => return Err(Ended::Junk("the frame has the wrong kind".to_owned())),
        };
        match said {
            ClientMessage::Resume { epoch, book, sequence } => {
                Ok(Some(Resume { epoch, book, sequence }))
            }
            ClientMessage::Subscribe { topics } => {
                self.topics = Topics::of(&topics);
                Ok(None)
            }
        }
    }

    /// Joins the viewers of the view's book: with what came since, where the viewer can resume,
    /// else with the state.
    async fn begin<W: Sink<Message>>(
        &self,
        mut sink: std::pin::Pin<&mut W>,
        resume: Option<Resume>,
    ) -> Result<Watching, Ended> {
        let book = self.book();
        let hub = self.hub.book(&book).ok_or(Ended::NoBook)?;
        let place = resume
            .filter(|resume| resume.epoch == self.hub.epoch() && resume.book == book)
            .map(|resume| resume.sequence);
        let (start, frames) = hub.join(place);
        match start {
            Start::Snapshot(snapshot) => {
                let hello = ServerMessage::Hello(Box::new(hello(self.hub, &snapshot)));
                self.put(sink.as_mut(), self.form.encode(&hello)).await?;
            }
            Start::Frames(missed) => {
                for frame in missed {
                    self.put(sink.as_mut(), frame.bytes(self.form, self.topics)).await?;
                }
            }
        }
        Ok(Watching { book, frames })
    }

    async fn put<W: Sink<Message>>(
        &self,
        mut sink: std::pin::Pin<&mut W>,
        bytes: Bytes,
    ) -> Result<(), Ended> {
        let message = match self.form {
            Form::Postcard => Message::Binary(bytes),
            Form::Json => Message::Text(
                bytes.try_into().map_err(|_| Ended::Protocol("a frame of JSON is not text"))?,
            ),
        };
        match timeout(PATIENCE, sink.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Ended::Gone),
        }
    }
}

/// Why a stream brings no further message.
fn ended<E: Display>(last: Option<Result<Message, E>>) -> Ended {
    // The library's error says so in its text only.
    let huge = |error: &E| error.to_string().contains("Space limit exceeded");
    match last {
        Some(Err(error)) if huge(&error) => Ended::Huge,
        _ => Ended::Gone,
    }
}

/// Where a viewer says that it stands.
#[derive(Debug)]
struct Resume {
    epoch: u64,
    book: Book,
    sequence: u64,
}

/// The first message of a view.
pub fn hello(hub: &Hub, snapshot: &Snapshot) -> Hello {
    Hello { protocol: PROTOCOL, epoch: hub.epoch(), snapshot: snapshot.clone() }
}
