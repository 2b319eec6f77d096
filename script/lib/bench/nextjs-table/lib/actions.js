'use server';

import { redirect } from 'next/navigation';
import { PATH } from './query';
import { findToken } from './tokens';

/** Returns what is wrong with the form, or leads to the list. Nothing is stored. */
export async function revokeToken(_error, form) {
    if (findToken(form.get('token'))?.state !== 'Active') {
        return 'This token is already revoked or expired.';
    }
    redirect(`${PATH}?done=revoked`);
}

/** Returns what is wrong with the form, or leads to the list. Nothing is stored. */
export async function createConsumer(_error, form) {
    if (!String(form.get('name') ?? '').trim()) {
        return 'Enter a name.';
    }
    redirect(`${PATH}?done=created`);
}
