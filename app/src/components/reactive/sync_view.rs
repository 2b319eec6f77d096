//! Faster server rendering of long synchronous views.
//!
//! The asynchronous renderer writes each element into its own buffer and joins the buffers later. A list without
//! asynchronous rows is written directly into the page instead, which takes a sixth of the work for the API tokens page.
//! The markup is the same.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AddAnyAttr, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Position, PositionState};

/// Wraps a synchronous view: it must not contain `Suspense`, `Suspend`, `Await` or `Transition`.
#[derive(Debug, Clone, Copy)]
pub struct SyncView<V>(pub V);

impl<V: Render> Render for SyncView<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: AddAnyAttr + Send> AddAnyAttr for SyncView<V> {
    type Output<A: Attribute> = SyncView<V::Output<A>>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        SyncView(self.0.add_any_attr(attribute))
    }
}

/// Delegates to the view, except for `to_html_async_with_buf`, whose default implementation in the trait renders
/// synchronously.
impl<V: RenderHtml> RenderHtml for SyncView<V> {
    type AsyncOutput = SyncView<V::AsyncOutput>;
    type Owned = SyncView<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        SyncView(self.0.resolve().await)
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate_async(cursor, position).await
    }

    fn into_owned(self) -> Self::Owned {
        SyncView(self.0.into_owned())
    }
}

/// Yields once on the server, so that the rest of an asynchronous view is skipped in the renderer's first pass. Before it
/// renders such a view, the renderer polls it once to find what it waits for, and drops the result, which wastes the work
/// for a long list. Await it when all data is loaded. In the browser, which renders a view once, it returns immediately.
pub async fn skip_dry_resolve() {
    #[cfg(feature = "ssr")]
    {
        let mut was_polled = false;
        std::future::poll_fn(move |context| {
            if was_polled {
                return std::task::Poll::Ready(());
            }
            was_polled = true;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}
