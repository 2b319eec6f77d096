//! The functions that create HTML elements, one for each tag.

use crate::Element;
use crate::element::Content;
// The types that references to elements name, and custom elements.
pub use leptos::tachys::html::element::*;

macro_rules! tags {
    ($content:ident: $($tag:ident)*) => {$(
        #[doc = concat!("Creates a `<", stringify!($tag), ">` element.")]
        #[must_use]
        pub fn $tag() -> Element {
            Element::new(stringify!($tag), Content::$content)
        }
    )*};
}

tags! { Children:
    a abbr address article aside audio b bdi bdo blockquote body button canvas caption cite code colgroup data datalist dd del
    details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html i iframe ins
    kbd label legend li main map mark menu meter nav noscript object ol optgroup option output p picture portal pre progress q rp rt ruby
    s samp search section select slot small span strong sub summary sup table tbody td template tfoot th thead time title tr u ul
    var video
}

tags! { Void: area base br col embed hr img input link meta source track wbr }

tags! { Text: script style textarea }

tags! { Svg: svg }
