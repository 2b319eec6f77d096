'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Icon } from './icon';

const SECTIONS = [
    ['/integration', 'Integration', 'integration'],
    ['/asset-tracking', 'Asset tracking', 'tracking'],
    ['/subscription', 'Subscription', 'subscription'],
    ['/support', 'Support ticket', 'support'],
    ['/settings', 'Settings', 'settings'],
];

/** Renders the links to the sections and marks the current one. */
export function Sections() {
    const path = usePathname();
    const current = (href) => (path === href ? 'page' : path.startsWith(`${href}/`) ? 'true' : undefined);
    return (
        <ul>
            {SECTIONS.map(([href, label, icon]) => (
                <li key={href} className={href === '/settings' ? 'separated' : ''}>
                    <Link href={href} prefetch={false} aria-current={current(href)}>
                        <Icon name={icon} />
                        {label}
                    </Link>
                </li>
            ))}
        </ul>
    );
}
