//! Setting aside what a process was handed and can never handle.

use super::{Case, Fixture};

pub(super) const CASES: &[Case] = &[("what is set aside is counted", |f| Box::pin(counted(f)))];

async fn counted(f: &Fixture) {
    assert_eq!(f.dead_letters.count().await.unwrap(), 0);
    f.dead_letters.bury("{}", "no envelope").await.unwrap();
    f.dead_letters.bury("{}", "no envelope").await.unwrap();
    assert_eq!(f.dead_letters.count().await.unwrap(), 2);
    let buried = ("{}".to_owned(), "no envelope".to_owned());
    assert_eq!(f.shelf.buried().await, [buried.clone(), buried]);
}
