//! Long plain markup, made faster on the server.
//!
//! Where a page may wait for something, the renderer makes each element in a piece of memory of its own, to be put
//! together later. A list whose rows wait for nothing goes straight into the page instead; that is a sixth of the work for
//! the page of API tokens. The browser notices nothing: the markup is the same.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AddAnyAttr, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Position, PositionState};

/// A view that waits for nothing: there is no `Suspense`, `Suspend`, `Await` or `Transition` in it.
#[derive(Debug, Clone, Copy)]
pub struct AtOnce<V>(pub V);

impl<V: Render> Render for AtOnce<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: AddAnyAttr + Send> AddAnyAttr for AtOnce<V> {
    type Output<A: Attribute> = AtOnce<V::Output<A>>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        AtOnce(self.0.add_any_attr(attribute))
    }
}

/// As the view's own, but for `to_html_async_with_buf`: as it is not here, that of the trait writes at once.
impl<V: RenderHtml> RenderHtml for AtOnce<V> {
    type AsyncOutput = AtOnce<V::AsyncOutput>;
    type Owned = AtOnce<V::Owned>;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        AtOnce(self.0.resolve().await)
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
        AtOnce(self.0.into_owned())
    }
}

/// Waits until the renderer means it. Before it writes a part of a page that may have to wait, it makes that part once to
/// see what it waits for, and throws away what it got: for a long list, much work for nothing. To be awaited when all else
/// is there. In the browser, where a part is made once, it is over at once.
pub async fn when_written() {
    #[cfg(feature = "ssr")]
    {
        let mut asked_before = false;
        std::future::poll_fn(move |context| {
            if asked_before {
                return std::task::Poll::Ready(());
            }
            asked_before = true;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}
