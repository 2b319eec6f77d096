'use client';

import { usePathname } from 'next/navigation';
import { useEffect } from 'react';

function closeExcept(except) {
    for (const menu of document.querySelectorAll('details.menu[open]')) {
        if (menu !== except) {
            menu.removeAttribute('open');
        }
    }
}

/** Closes open menus on Escape, on a click outside, and after a navigation. Marks the page as hydrated, as Gatehouse does. */
export function CloseMenus() {
    useEffect(() => document.body.setAttribute('data-live', ''), []);
    const path = usePathname();
    useEffect(() => closeExcept(null), [path]);
    useEffect(() => {
        const onClick = ({ target }) => closeExcept(target.closest('a') ? null : target.closest('details.menu'));
        const onKey = ({ key }) => {
            if (key === 'Escape') {
                document.activeElement?.closest('details.menu[open]')?.querySelector('summary')?.focus();
                closeExcept(null);
            }
        };
        window.addEventListener('click', onClick);
        window.addEventListener('keydown', onKey);
        return () => {
            window.removeEventListener('click', onClick);
            window.removeEventListener('keydown', onKey);
        };
    }, []);
    return null;
}
