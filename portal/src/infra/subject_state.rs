//! In-memory state of the subjects: their caches, writers and limits.

use crate::infra::cache::{Cache, CacheDefinition, Invalidations};
use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::Arc;

/// Holds one value of each registered type, so that the core needs to know none of them.
#[derive(Default)]
pub(crate) struct SubjectState {
    values: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
    invalidations: Arc<Invalidations>,
}

impl SubjectState {
    /// Registers a value by its type.
    pub fn insert<T: Any + Send + Sync>(&mut self, value: T) {
        self.values.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// Registers a cache.
    pub fn insert_cache<D: CacheDefinition>(&mut self) {
        self.insert(Cache::<D>::new(Arc::clone(&self.invalidations)));
    }

    /// Returns the value of a type.
    ///
    /// # Panics
    /// Panics if the type isn't registered, which is a mistake in the `register` function of its group.
    pub fn get<T: Any + Send + Sync>(&self) -> &T {
        let value = self.values.get(&TypeId::of::<T>());
        let value = value.and_then(|value| value.downcast_ref());
        value.unwrap_or_else(|| panic!("{} is not registered", type_name::<T>()))
    }

    /// Returns the invalidations of all caches.
    pub fn invalidations(&self) -> &Invalidations {
        &self.invalidations
    }
}
