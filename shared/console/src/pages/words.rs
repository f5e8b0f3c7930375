//! Everything that the pages say, in both languages side by side: a page cannot have a word that one of
//! them lacks. Each part of the console has a table of its own, and what several say is here. Where a
//! value stands in a sentence there is `{}`.

mod api;
mod changes;
mod destinations;
mod event;
mod events;
mod facts;
mod kinds;
mod nav;
mod overview;
mod people;
mod setting;
mod signin;
mod sources;
mod states;
mod wrong;

use std::fmt::Display;

/// A table of words: tables within it, and its own, in Vietnamese and English.
macro_rules! words {
    (
        $(#[$doc:meta])* $Table:ident { $($part:ident: $Part:ty,)* }
        $($name:ident: $vi:literal, $en:literal;)+
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $Table {
            $(pub(crate) $part: $Part,)*
            $(pub(crate) $name: &'static str,)+
        }

        impl $Table {
            /// In Vietnamese.
            pub(crate) const VI: Self = Self { $($part: <$Part>::VI,)* $($name: $vi,)+ };
            /// In English.
            pub(crate) const EN: Self = Self { $($part: <$Part>::EN,)* $($name: $en,)+ };

            /// Each word with its name.
            #[cfg(test)]
            pub(super) fn all() -> Vec<(&'static str, &'static str, &'static str)> {
                let parts: Vec<Vec<_>> = vec![$(<$Part>::all(),)*];
                let mut all = parts.concat();
                all.extend([$((stringify!($name), $vi, $en),)+]);
                all
            }
        }
    };
}

use words;

words! {
    /// What the pages say in one language.
    Words {
        api: api::Api,
        changes: changes::Changes,
        destinations: destinations::Destinations,
        event: event::Event,
        events: events::Events,
        facts: facts::Facts,
        kinds: kinds::Kinds,
        nav: nav::Nav,
        overview: overview::Overview,
        people: people::People,
        setting: setting::Setting,
        signin: signin::SignIn,
        sources: sources::Sources,
        states: states::States,
        wrong: wrong::Wrong,
    }
    code: "vi", "en";
    skip: "Tới nội dung chính", "Skip to the content";
    sections: "Các mục", "Sections";
    sign_out: "Đăng xuất", "Sign out";
    signed_in_as: "Đang đăng nhập: {}", "Signed in as {}";
    other_language: "English", "Tiếng Việt";
    other_code: "en", "vi";
    footer: "Giờ Việt Nam (UTC+7).", "Times are Vietnam's (UTC+7).";
    back: "Quay lại", "Back";
    home: "Về trang tổng quan", "Go to the overview";
    yes: "có", "yes";
    details: "Xem", "View";
    name: "Tên", "Name";
    user_name: "Tên đăng nhập", "User name";
    password: "Mật khẩu", "Password";
    done: "Xong", "Done";
    when: "Lúc", "When";
    kind: "Loại", "Kind";
    source: "Nguồn", "Source";
    amount: "Số tiền", "Amount";
    channel: "Kênh", "Channel";
    health: "Tình trạng", "Health";
    held: "Đang giữ", "Held";
    active: "Hoạt động", "Active";
    paused: "Tạm dừng", "Paused";
    disabled: "Đã tắt", "Disabled";
    inactive: "Không nhận gì", "Gets nothing";
    unreadable: "Không đọc được", "Unreadable";
    settings: "Cài đặt", "Settings";
    from_file: "Từ tệp cấu hình: chỉ xem. Muốn sửa, hãy sửa tệp rồi khởi động lại.", "From the configuration file: read-only. To change it, edit the file and start again.";
    made_here: "Tạo tại đây", "Made here";
    origin: "Nơi khai báo", "Origin";
    origin_file: "tệp cấu hình", "configuration file";
    delete: "Xóa", "Delete";
    keep: "Giữ lại", "Keep it";
    save: "Lưu", "Save";
    mend: "Hãy sửa các ô được đánh dấu.", "Mend the marked fields.";
    reason: "Lý do", "Reason";
    created: "Tạo lúc", "Created";
    add: "Thêm", "Add";
    confirm_delete: "Xóa hẳn", "Delete for good";
    required: "bắt buộc", "required";
}

impl Words {
    /// A sentence with its value.
    pub(crate) fn fill(&self, text: &str, said: impl Display) -> String {
        text.replacen("{}", &said.to_string(), 1)
    }
}

#[cfg(test)]
mod tests {
    use domain::{DeliveryState, Fact, Kind};

    use super::*;

    #[test]
    fn both_languages_say_the_same_with_the_same_values() {
        for (name, vi, en) in Words::all() {
            assert!(!vi.is_empty(), "{name}");
            assert!(!en.is_empty() || name == "document_in_english", "{name}");
            assert_eq!(vi.matches("{}").count(), en.matches("{}").count(), "{name}");
        }
    }

    #[test]
    fn every_kind_fact_and_state_has_its_own_word() {
        let kinds: std::collections::BTreeSet<_> =
            Kind::ALL.iter().map(|kind| Words::EN.kinds.of(kind.as_str())).collect();
        assert_eq!(kinds.len(), Kind::ALL.len());
        for fact in Fact::ALL {
            assert!(Words::VI.facts.of(fact.as_str()).is_some(), "{}", fact.as_str());
        }
        let states: std::collections::BTreeSet<_> =
            DeliveryState::WORDS.iter().map(|word| Words::VI.states.of(word)).collect();
        assert_eq!(states.len(), DeliveryState::WORDS.len());
    }
}
