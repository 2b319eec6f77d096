const PATHS = {
    menu: 'M4 6.5h16M4 12h16M4 17.5h16',
    integration: 'M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4',
    tracking: 'M4 4v16h16m7.5 15 3.5-4.5 3 2.5 5-6.5',
    subscription: 'M5 5.5h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2M3 10h18M7 14.75h4',
    support: 'm5.7 5.7 3.6 3.6M14.7 14.7l3.6 3.6M18.3 5.7l-3.6 3.6M9.3 14.7l-3.6 3.6',
    settings: 'M4 7h9M19 7h1M4 17h1M11 17h9',
    chevronDown: 'm6 9.5 6 6 6-6',
    sessions: 'M3 4.5h18v12H3zM8.5 20.5h7M12 16.5v4',
    signOut: 'M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9.5',
    plus: 'M12 5v14M5 12h14',
    search: 'M4.5 10.75a6.25 6.25 0 1 0 12.5 0a6.25 6.25 0 1 0-12.5 0m15.5 15.5 5 5',
    sortUp: 'M12 19V5M6.5 10.5 12 5l5.5 5.5',
    sortDown: 'M12 5v14M6.5 13.5 12 19l5.5-5.5',
};

export function Icon({ name }) {
    return (
        <svg viewBox="0 0 24 24" aria-hidden="true" className="icon">
            <path d={PATHS[name]} />
        </svg>
    );
}
