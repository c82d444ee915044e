//! A wave of fraud: each movement scores for what it is, against the history of its account.

use model::{
    Currency, Money, Payload, Timestamp,
    event::{
        Transaction,
        transaction::{Channel, TransactionType},
    },
};

use crate::simulate::drill::{
    account::{Account, device},
    calm::Calm,
    stage::Stage,
};

/// Accounts that are attacked.
const VICTIMS: usize = 40;

/// Ordinary movements before, so that an account has habits.
const HISTORY: i64 = 6;

/// Time between them: never five within five minutes.
const HISTORY_STEP: i64 = 4 * Timestamp::MINUTE;

/// Drill time between two attacks, in milliseconds.
const APART: i64 = 2_600;

/// Writes the script: the accounts' past before the drill, then one attack after the other.
pub fn script(stage: &mut Stage, calm: &mut Calm) {
    let attacks = [card_abroad, takeover, wallet_abroad, structuring];
    let victims = calm.accounts.hold(VICTIMS).iter();
    for (place, (account, attack)) in (0_i64..).zip(victims.zip(attacks.into_iter().cycle())) {
        past(stage, account);
        let at_ms = 28_000 + place * APART + stage.dice.whole(0, 1_000);
        attack(stage, account, at_ms);
    }
}

/// What the account moved before; last it was used in person, at home.
fn past(stage: &mut Stage, account: &Account) {
    for back in (1..=HISTORY).rev() {
        let at_ms = -back * HISTORY_STEP + stage.dice.whole(0, 60_000);
        let dice = &mut stage.dice;
        let movement = if back == 1 { account.in_person(dice) } else { account.ordinary(dice) };
        stage.calm(at_ms, Payload::Transaction(movement));
    }
}

/// A large amount: far above what the account usually moves.
fn large(stage: &mut Stage, account: &Account) -> Money {
    account.usual.scaled(stage.dice.between(11.0, 16.0))
}

/// A copied card in another country with another device: impossible travel 40, amount 35, new
/// device 15.
fn card_abroad(stage: &mut Stage, account: &Account, at_ms: i64) {
    let amount = large(stage, account);
    let movement = Transaction {
        amount,
        channel: Channel::Mobile,
        country: account.abroad(&mut stage.dice),
        device: Some(device(stage.dice.bits())),
        ..account.in_person(&mut stage.dice)
    };
    stage.crisis(at_ms, Payload::Transaction(movement));
}

/// A stolen login: four trials, then a large transfer: amount 35, country mismatch 25,
/// velocity 25.
fn takeover(stage: &mut Stage, account: &Account, at_ms: i64) {
    let foreign = account.abroad(&mut stage.dice);
    let stolen = device(stage.dice.bits());
    for step in 0..5 {
        let amount = match step {
            4 => large(stage, account),
            _ => account.usual.scaled(stage.dice.between(0.1, 0.3)),
        };
        let movement = Transaction {
            amount,
            kind: TransactionType::Transfer,
            channel: Channel::Online,
            merchant_category: None,
            card_present: false,
            device: Some(stolen.clone()),
            ip_country: Some(foreign),
            ..account.ordinary(&mut stage.dice)
        };
        stage.crisis(at_ms + step * 1_500, Payload::Transaction(movement));
    }
}

/// A copied wallet behind a network address at home: impossible travel 40, country mismatch 25,
/// new device 15.
fn wallet_abroad(stage: &mut Stage, account: &Account, at_ms: i64) {
    let movement = Transaction {
        channel: Channel::Mobile,
        country: account.abroad(&mut stage.dice),
        ip_country: Some(account.country),
        device: Some(device(stage.dice.bits())),
        ..account.in_person(&mut stage.dice)
    };
    stage.crisis(at_ms, Payload::Transaction(movement));
}

/// Five transfers just below USD 10,000 from another country: structuring 30, country mismatch 25,
/// velocity 25 once they are five.
fn structuring(stage: &mut Stage, account: &Account, at_ms: i64) {
    let foreign = account.abroad(&mut stage.dice);
    for step in 0..5 {
        let amount = Money::new(stage.dice.whole(910_000, 995_000), Currency::Usd);
        let movement = Transaction {
            amount,
            kind: TransactionType::Transfer,
            channel: Channel::Online,
            merchant_category: None,
            card_present: false,
            ip_country: Some(foreign),
            ..account.ordinary(&mut stage.dice)
        };
        stage.crisis(at_ms + step * 1_800, Payload::Transaction(movement));
    }
}
