'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { Icon } from './icon';
import { PATH, listUrl } from '../lib/query';

/** Time without input, in milliseconds, after which the list is searched. */
const DEBOUNCE = 250;

/** Renders the search form, which works without script; with script the list follows what is typed. */
export function Search({ query }) {
    const router = useRouter();
    const form = useRef(null);
    const timer = useRef(null);
    useEffect(() => {
        const { q, filter } = form.current;
        if (document.activeElement !== q) {
            q.value = query.q;
        }
        filter.value = query.filter;
    }, [query.q, query.filter]);
    useEffect(() => () => clearTimeout(timer.current), []);

    const search = () => {
        clearTimeout(timer.current);
        const q = form.current.q.value.trim();
        const filter = form.current.filter.value;
        if (q !== query.q || filter !== query.filter) {
            router.replace(listUrl({ ...query, q, filter, start: 0 }), { scroll: false });
        }
    };
    // The function of the last rendering, so that the timer compares with the list that is shown.
    const latest = useRef(search);
    useEffect(() => {
        latest.current = search;
    });
    const searchDebounced = () => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => latest.current(), DEBOUNCE);
    };
    const onSubmit = (event) => {
        event.preventDefault();
        search();
    };
    return (
        <form ref={form} role="search" method="get" action={PATH} className="toolbar" onSubmit={onSubmit}>
            {query.sort !== 'created' && <input type="hidden" name="sort" value={query.sort} />}
            {query.reverse && <input type="hidden" name="reverse" value="1" />}
            <div className="search">
                <Icon name="search" />
                <input
                    type="search"
                    name="q"
                    defaultValue={query.q}
                    aria-label="Search tokens"
                    placeholder="User, consumer or integration"
                    autoComplete="off"
                    className="input"
                    onInput={searchDebounced}
                />
            </div>
            <select name="filter" aria-label="State" className="input" defaultValue={query.filter} onChange={search}>
                <option value="current">Current tokens</option>
                <option value="ended">Revoked and expired</option>
                <option value="all">All tokens</option>
            </select>
            <button className="button">Search</button>
        </form>
    );
}
