//! Accounts: their ordinary movements, each within the customer's habits.

use model::{
    Currency, Money,
    event::{
        Transaction,
        transaction::{
            AccountId, Channel, CustomerId, DeviceId, TransactionId, TransactionStatus,
            TransactionType,
        },
    },
    unit::Country,
};

use super::dice::Dice;

/// Countries of customers.
pub const COUNTRIES: [Country; 6] =
    [Country::AR, Country::CL, Country::BR, Country::MX, Country::CO, Country::US];

/// Merchant categories of ISO 18245: groceries, restaurants, fuel, pharmacies, bookshops.
const MERCHANTS: [&str; 5] = ["5411", "5812", "5541", "5912", "5942"];

/// An account and its habits.
#[derive(Debug, Clone)]
pub struct Account {
    id: AccountId,
    customer: CustomerId,
    device: DeviceId,
    /// Where its customer lives.
    pub country: Country,
    /// What it usually moves.
    pub usual: Money,
}

impl Account {
    /// An account with a number.
    pub fn new(dice: &mut Dice, number: i64) -> Self {
        let mark = dice.bits();
        Self {
            id: AccountId::new(format!("acc-{number:05}")).expect("a token is short"),
            customer: CustomerId::new(format!("cus-{number:05}")).expect("a token is short"),
            device: device(mark),
            country: *dice.pick(&COUNTRIES),
            usual: Money::new(dice.whole(1_200, 24_000), Currency::Usd),
        }
    }

    /// An ordinary movement: half to twice the usual amount, at home, with the known device.
    pub fn ordinary(&self, dice: &mut Dice) -> Transaction {
        let at_merchant = dice.whole(0, 2) > 0;
        let card_present = at_merchant && dice.whole(0, 1) == 0;
        let kind = if at_merchant { TransactionType::Purchase } else { TransactionType::Payment };
        let merchant = at_merchant.then(|| (*dice.pick(&MERCHANTS)).to_owned());
        let declined = dice.whole(0, 39) == 0;
        Transaction {
            transaction: transaction(dice),
            account: self.id.clone(),
            customer: self.customer.clone(),
            amount: self.usual.scaled(dice.between(0.6, 1.6)),
            kind,
            channel: *dice.pick(&[Channel::Online, Channel::Mobile]),
            status: if declined {
                TransactionStatus::Declined
            } else {
                TransactionStatus::Approved
            },
            merchant_category: merchant,
            country: self.country,
            card_present,
            device: Some(self.device.clone()),
            ip_country: (!card_present).then_some(self.country),
            balance_after: None,
        }
    }

    /// A card read at a shop at home: it places the customer there.
    pub fn in_person(&self, dice: &mut Dice) -> Transaction {
        Transaction {
            kind: TransactionType::Purchase,
            merchant_category: Some((*dice.pick(&MERCHANTS)).to_owned()),
            card_present: true,
            ip_country: None,
            status: TransactionStatus::Approved,
            ..self.ordinary(dice)
        }
    }

    /// A country that is not the customer's.
    pub fn abroad(&self, dice: &mut Dice) -> Country {
        let home = COUNTRIES.iter().position(|country| *country == self.country).unwrap_or(0);
        let further = usize::try_from(dice.whole(1, 5)).unwrap_or(1);
        COUNTRIES[(home + further) % COUNTRIES.len()]
    }
}

/// A device by 64 bits.
pub fn device(bits: u64) -> DeviceId {
    DeviceId::new(format!("dev-{bits:016x}")).expect("a fingerprint is short")
}

fn transaction(dice: &mut Dice) -> TransactionId {
    TransactionId::new(format!("txn-{:016x}", dice.bits())).expect("a number is short")
}
