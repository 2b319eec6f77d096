//! An HTML element, and the methods that the `view!` macro calls on it.

use crate::attribute::{Attribute, AttributeSource, EventHandler, Handle, IntoAttribute, IntoClass};
use leptos::attr::any_attribute::IntoAnyAttribute;
use leptos::prelude::{AnyView, IntoAny, IntoRender, Owner, RenderHtml, View};
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::event::EventDescriptor;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::html::property::{IntoProperty, prop};
use leptos::tachys::renderer::types;
use send_wrapper::SendWrapper;
use std::any::Any;

/// An HTML element with its attributes and children.
pub struct Element(pub(crate) Box<ElementParts>);

/// The parts of an [`Element`], which are boxed because the `view!` macro moves an element with each attribute and child.
pub(crate) struct ElementParts {
    pub(crate) tag: &'static str,
    pub(crate) content: Content,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Child>,
}

/// What an element may contain (HTML §13.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Any children.
    Children,
    /// Nothing, and it has no end tag.
    Void,
    /// Text that is written without escaping it.
    Text,
    /// An image in SVG, whose elements are given as HTML.
    Svg,
}

/// A child of an element.
pub(crate) enum Child {
    Element(Element),
    Text(String),
    Any(AnyView),
    /// Nothing, in the place of an optional child.
    Empty,
    /// The place of a child that is being resolved.
    Resolving,
}

impl Child {
    /// Returns the child that renders `view`. The compiler knows the type, so only one of the branches is left of each instance.
    fn new<T: RenderHtml + 'static>(view: T) -> Self {
        let mut view = Some(view);
        if let Some(element) = take::<_, Element>(&mut view) {
            Self::Element(element)
        } else if let Some(element) = take::<_, View<Element>>(&mut view) {
            Self::Element(element.into_inner())
        } else if let Some(element) = take::<_, Option<Element>>(&mut view) {
            element.map_or(Self::Empty, Self::Element)
        } else if let Some(element) = take::<_, Option<View<Element>>>(&mut view) {
            element.map_or(Self::Empty, |element| Self::Element(element.into_inner()))
        } else if let Some(text) = take::<_, String>(&mut view) {
            Self::Text(text)
        } else if let Some(text) = take::<_, Option<String>>(&mut view) {
            text.map_or(Self::Empty, Self::Text)
        } else {
            view.map_or(Self::Empty, |view| Self::Any(view.into_any()))
        }
    }
}

/// Takes the value if it is of type `U`.
fn take<T: 'static, U: 'static>(value: &mut Option<T>) -> Option<U> {
    let value: &mut dyn Any = value;
    value.downcast_mut::<Option<U>>().and_then(Option::take)
}

impl Element {
    pub(crate) fn new(tag: &'static str, content: Content) -> Self {
        Self(Box::new(ElementParts {
            tag,
            content,
            attributes: Vec::new(),
            children: Vec::new(),
        }))
    }

    pub(crate) fn with_attribute(mut self, attribute: Attribute) -> Self {
        self.0.attributes.push(attribute);
        self
    }

    fn with_child(mut self, child: Child) -> Self {
        self.0.children.push(child);
        self
    }

    fn with_source(self, name: &'static str, source: AttributeSource) -> Self {
        self.with_attribute(match source {
            AttributeSource::Value(value) => Attribute::Value { name, value },
            AttributeSource::Reactive(get) => Attribute::Reactive { name, get },
        })
    }

    fn with_class(self, class: Option<&'static str>, source: AttributeSource) -> Self {
        let Some(name) = class else {
            return self.with_source("class", source);
        };
        self.with_attribute(match source {
            AttributeSource::Value(value) => Attribute::Class { name, value },
            AttributeSource::Reactive(get) => Attribute::ReactiveClass { name, get },
        })
    }

    /// Adds a child.
    #[must_use]
    pub fn child<V>(self, child: V) -> Self
    where
        V: IntoRender,
        V::Output: RenderHtml,
    {
        self.with_child(Child::new(child.into_render().into_owned()))
    }

    /// Adds the attribute with this name.
    #[must_use]
    pub fn attr<V: IntoAttribute>(self, name: &'static str, value: V) -> Self {
        self.with_source(name, value.into_attribute())
    }

    /// Adds the attribute `class`, or one class that the element has or not.
    #[must_use]
    pub fn class<C: IntoClass>(self, class: C) -> Self {
        let (class, source) = class.into_class();
        self.with_class(class, source)
    }

    /// Sets the content of the element, as HTML that is written without escaping it.
    #[must_use]
    pub fn inner_html(self, html: &'static str) -> Self {
        self.with_attribute(Attribute::InnerHtml(html))
    }

    /// Sets a property of the element in the browser.
    #[must_use]
    pub fn prop<P: IntoProperty + Send + 'static>(self, name: &'static str, value: P) -> Self {
        self.with_attribute(Attribute::Any(Box::new(prop(name, value).into_any_attr())))
    }

    /// Calls the handler whenever the event happens.
    #[must_use]
    pub fn on<E, F>(self, event: E, mut handler: F) -> Self
    where
        E: EventDescriptor,
        E::EventType: From<types::Event> + 'static,
        F: FnMut(E::EventType) + 'static,
    {
        let handle = (!cfg!(feature = "ssr")).then(|| {
            let handle: Handle = Box::new(move |event| handler(E::EventType::from(event)));
            SendWrapper::new(handle)
        });
        self.with_attribute(Attribute::Event(EventHandler {
            name: event.name(),
            is_capture: E::CAPTURE,
            owner: Owner::current().unwrap_or_default(),
            handle,
        }))
    }

    /// Fills the reference with the element in the browser.
    #[must_use]
    pub fn node_ref<E, C>(self, container: C) -> Self
    where
        E: ElementType,
        C: NodeRefContainer<E>,
    {
        self.with_attribute(Attribute::Reference(Box::new(move |element| {
            container.clone().load(element)
        })))
    }
}

macro_rules! attributes {
    ($($method:ident $name:literal)*) => {
        impl Element {$(
            #[doc = concat!("Adds the attribute `", $name, "`.")]
            #[must_use]
            pub fn $method<V: IntoAttribute>(self, value: V) -> Self {
                self.with_source($name, value.into_attribute())
            }
        )*}
    };
}

attributes! {
    accept "accept" accept_charset "accept-charset" accesskey "accesskey" action "action" allow "allow" alt "alt"
    aria_activedescendant "aria-activedescendant" aria_atomic "aria-atomic" aria_autocomplete "aria-autocomplete" aria_busy "aria-busy" aria_checked "aria-checked"
    aria_controls "aria-controls" aria_current "aria-current" aria_describedby "aria-describedby" aria_details "aria-details"
    aria_disabled "aria-disabled" aria_errormessage "aria-errormessage" aria_expanded "aria-expanded" aria_haspopup "aria-haspopup"
    aria_hidden "aria-hidden" aria_invalid "aria-invalid" aria_keyshortcuts "aria-keyshortcuts" aria_label "aria-label"
    aria_labelledby "aria-labelledby" aria_level "aria-level" aria_live "aria-live" aria_modal "aria-modal"
    aria_orientation "aria-orientation" aria_owns "aria-owns" aria_placeholder "aria-placeholder" aria_posinset "aria-posinset"
    aria_pressed "aria-pressed" aria_readonly "aria-readonly" aria_relevant "aria-relevant" aria_required "aria-required"
    aria_roledescription "aria-roledescription" aria_rowcount "aria-rowcount" aria_rowindex "aria-rowindex"
    aria_selected "aria-selected" aria_setsize "aria-setsize" aria_sort "aria-sort" aria_valuemax "aria-valuemax"
    aria_valuemin "aria-valuemin" aria_valuenow "aria-valuenow" aria_valuetext "aria-valuetext"
    r#as "as" r#async "async" autocapitalize "autocapitalize" autocomplete "autocomplete" autofocus "autofocus" blocking "blocking"
    charset "charset" checked "checked" cite "cite" cols "cols" colspan "colspan" content "content"
    contenteditable "contenteditable" controls "controls" crossorigin "crossorigin" datetime "datetime" decoding "decoding"
    defer "defer" dir "dir" dirname "dirname" disabled "disabled" download "download" draggable "draggable" enctype "enctype"
    enterkeyhint "enterkeyhint" fetchpriority "fetchpriority" r#for "for" form "form" formaction "formaction"
    formenctype "formenctype" formmethod "formmethod" formnovalidate "formnovalidate" formtarget "formtarget" headers "headers"
    height "height" hidden "hidden" high "high" href "href" hreflang "hreflang" http_equiv "http-equiv" id "id" inert "inert"
    inputmode "inputmode" integrity "integrity" is "is" kind "kind" label "label" lang "lang" list "list" loading "loading" low "low"
    max "max" maxlength "maxlength" media "media" method "method" min "min" minlength "minlength" multiple "multiple" name "name"
    nomodule "nomodule" nonce "nonce" novalidate "novalidate" open "open" optimum "optimum" pattern "pattern" ping "ping"
    placeholder "placeholder" popover "popover" popovertarget "popovertarget" popovertargetaction "popovertargetaction"
    poster "poster" preload "preload" readonly "readonly" referrerpolicy "referrerpolicy" rel "rel" required "required"
    reversed "reversed" role "role" rows "rows" rowspan "rowspan" sandbox "sandbox" scope "scope" selected "selected" shape "shape"
    size "size" sizes "sizes" span "span" spellcheck "spellcheck" src "src" srclang "srclang" srcset "srcset" start "start"
    step "step" style "style" tabindex "tabindex" target "target" title "title" translate "translate" r#type "type"
    usemap "usemap" value "value" width "width" wrap "wrap"
}
