//! Paths of routes.

use leptos_router::{ParamSegment, PartialPathMatch, PathSegment, PossibleRouteMatch, StaticSegment, WildcardSegment};

/// Represents the path of a route, written as for `leptos_router::path!`, whose result has another type for each number and
/// kind of segments: the browser downloads the code that matches each type. It has no optional segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoutePath(pub &'static str);

enum Segment {
    Static(&'static str),
    Param(&'static str),
    Wildcard(&'static str),
}

impl RoutePath {
    fn segments(self) -> impl Iterator<Item = Segment> {
        let segments = self.0.split('/').filter(|segment| !segment.is_empty());
        segments.map(|segment| {
            if let Some(name) = segment.strip_prefix(':') {
                Segment::Param(name)
            } else if let Some(name) = segment.strip_prefix('*') {
                Segment::Wildcard(name)
            } else {
                Segment::Static(segment)
            }
        })
    }
}

impl PossibleRouteMatch for RoutePath {
    fn optional(&self) -> bool {
        false
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        let mut remaining = path;
        let mut params = Vec::new();
        let mut matched_bytes = 0;
        for segment in self.segments() {
            let found = match segment {
                Segment::Static(name) => StaticSegment(name).test(remaining),
                Segment::Param(name) => ParamSegment(name).test(remaining),
                Segment::Wildcard(name) => WildcardSegment(name).test(remaining),
            }?;
            matched_bytes += found.matched().len();
            remaining = found.remaining();
            params.extend(found.params());
        }
        Some(PartialPathMatch::new(remaining, params, path.get(..matched_bytes)?))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        path.extend(self.segments().map(|segment| match segment {
            Segment::Static(name) => PathSegment::Static(name.into()),
            Segment::Param(name) => PathSegment::Param(name.into()),
            Segment::Wildcard(name) => PathSegment::Splat(name.into()),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos_router::path;

    type Found<'a> = Option<(&'a str, &'a str, Vec<(std::borrow::Cow<'static, str>, String)>)>;

    fn test<'a>(route: &impl PossibleRouteMatch, path: &'a str) -> Found<'a> {
        let found = route.test(path)?;
        Some((found.matched(), found.remaining(), found.params()))
    }

    fn assert_same(route: RoutePath, expected: &impl PossibleRouteMatch) {
        for path in [
            "",
            "/",
            "/settings",
            "/settings/",
            "/settings/x",
            "/settings/portal",
            "/settings/portal/api-tokens/tokens/1",
            "/settings/portal/api-tokens/tokens",
            "/settings/portal/api-tokens/tokens/",
            "/settingsx",
            "/ü/ß",
            "//",
            "settings",
        ] {
            assert_eq!(test(&route, path), test(expected, path), "{route:?} with {path}");
        }
        let segments = |route: &dyn PossibleRouteMatch| {
            let mut segments = Vec::new();
            route.generate_path(&mut segments);
            segments
        };
        assert_eq!(segments(&route), segments(expected));
    }

    #[test]
    fn route_path_matches_as_the_routers_own() {
        assert_same(RoutePath(""), &path!(""));
        assert_same(RoutePath("/"), &path!("/"));
        assert_same(RoutePath("/settings"), &path!("/settings"));
        assert_same(RoutePath("settings/portal"), &path!("settings/portal"));
        assert_same(
            RoutePath("settings/portal/api-tokens/tokens/:id"),
            &path!("settings/portal/api-tokens/tokens/:id"),
        );
        assert_same(RoutePath("/*any"), &path!("/*any"));
    }
}
