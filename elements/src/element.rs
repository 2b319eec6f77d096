//! The methods that the `view!` macro calls on an HTML element.

use crate::Element;
use crate::attribute::{Attribute, AttributeSource, IntoAttribute, IntoClass};
use crate::child::{Child, Children, take};
use leptos::attr::any_attribute::IntoAnyAttribute;
use leptos::prelude::{AddAnyAttr, IntoRender, RenderHtml};

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

impl AddAnyAttr for Element {
    type Output<A: leptos::attr::Attribute> = Self;

    fn add_any_attr<A: leptos::attr::Attribute>(self, attribute: A) -> Self {
        self.with_attribute(Attribute::Any(Box::new(attribute.into_any_attr())))
    }
}

impl Element {
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

    /// Adds a child, or several.
    #[must_use]
    pub fn child<V>(self, child: V) -> Self
    where
        V: IntoRender,
        V::Output: RenderHtml,
    {
        let mut view = Some(child.into_render().into_owned());
        if let Some(children) = take::<_, Children>(&mut view) {
            return self.with_children(children.0);
        }
        match view {
            Some(view) => self.with_child(Child::new(view)),
            None => self,
        }
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
