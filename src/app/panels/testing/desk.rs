//! A desk for one panel: draws it, reads every text with its place, moves a pointer, and collects what is asked for.
#![allow(clippy::unwrap_used)] // for tests only
use super::Sample;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::LabCommand;
use crate::lab::command::Theme;
use bevy_egui::egui::{self, Event, Modifiers, PointerButton, Pos2, Rect, Ui};

/// The contents of a panel.
pub(in crate::app::panels) type PanelUi = fn(&mut Ui, &LabView<'_>, &mut Memory, &mut Outbox);

/// One panel with what it reads and remembers. Every call draws a few frames.
pub(in crate::app::panels) struct Desk {
    context: egui::Context,
    size: [f32; 2],
    time: f64,
    panel: PanelUi,
    /// What the panel reads.
    pub sample: Sample,
    /// What the panel remembers.
    pub memory: Memory,
    /// Texts of the last frame and where they stand.
    pub texts: Vec<(String, Rect)>,
    /// Where the panel asked the pad to be held in the last frame.
    pub pad: Option<[f32; 3]>,
    screen: super::picture::Screen,
    fine: f32,
    theme: Theme,
}

impl Desk {
    /// A panel of that size on the sample.
    pub fn new(panel: PanelUi, size: [f32; 2]) -> Self {
        Self::with(panel, size, Sample::new())
    }

    /// A panel of that size on something else.
    pub fn with(panel: PanelUi, size: [f32; 2], sample: Sample) -> Self {
        let context = egui::Context::default();
        theme::apply(&context, sample.window.theme);
        let (memory, theme) = (Memory::default(), sample.window.theme);
        Self {
            context,
            size,
            time: 0.0,
            panel,
            sample,
            memory,
            texts: vec![],
            pad: None,
            screen: Default::default(),
            fine: 1.0,
            theme,
        }
    }

    /// Draws a frame with these events and returns what was asked for.
    pub fn frame(&mut self, events: Vec<Event>) -> Vec<LabCommand> {
        self.time += 0.1;
        let mut input = egui::RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, egui::Vec2::from(self.size))),
            time: Some(self.time),
            events,
            ..Default::default()
        };
        input.viewports.entry(egui::ViewportId::ROOT).or_default().native_pixels_per_point = Some(self.fine);
        if std::mem::replace(&mut self.theme, self.sample.window.theme) != self.sample.window.theme {
            theme::apply(&self.context, self.theme);
        }
        let mut out = Outbox::default();
        let (panel, view, memory) = (self.panel, self.sample.view(), &mut self.memory);
        let output = self.context.run_ui(input, |ui| {
            let mut asked = Outbox::default();
            panel(ui, &view, memory, &mut asked);
            out.lab.append(&mut asked.lab);
            out.pad = asked.pad.or(out.pad);
        });
        self.pad = out.pad;
        self.texts.clear();
        output.shapes.iter().for_each(|s| gather(&s.shape, &mut self.texts));
        self.screen.take(&output.textures_delta, output.shapes);
        out.lab
    }

    /// Draws until everything has its place; asserts that nothing is asked for by itself. Returns all texts.
    pub fn text(&mut self) -> String {
        for _ in 0..3 {
            let asked = self.frame(vec![]);
            assert!(asked.is_empty(), "nobody touched anything: {asked:?}");
        }
        self.texts.iter().map(|(text, _)| format!("{text}\n")).collect()
    }

    /// Middle of the first text that is exactly this, or else of the first that contains it.
    pub fn find(&mut self, text: &str) -> Option<Pos2> {
        self.text();
        let exact = self.texts.iter().find(|(t, _)| t.trim() == text);
        exact.or(self.texts.iter().find(|(t, _)| t.contains(text))).map(|(_, rect)| rect.center())
    }

    /// Saves what the last frame showed, for looking at it: only if `GAITLAB_PICTURES` names a folder.
    pub fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("GAITLAB_PICTURES") else { return };
        self.fine = super::picture::FINE as f32;
        self.frame(vec![]);
        self.frame(vec![]);
        let ground = crate::app::palette::PANEL.ui();
        self.screen.save(&self.context, self.size, ground, &std::path::Path::new(&folder).join(name));
    }

    /// Clicks on a text.
    pub fn click(&mut self, text: &str) -> Vec<LabCommand> {
        let Some(at) = self.find(text) else { panic!("`{text}` is not there:\n{}", self.text()) };
        self.click_at(at, PointerButton::Primary)
    }

    /// Clicks on a text with the right button.
    pub fn right_click(&mut self, text: &str) -> Vec<LabCommand> {
        let Some(at) = self.find(text) else { panic!("`{text}` is not there:\n{}", self.text()) };
        self.click_at(at, PointerButton::Secondary)
    }

    /// Clicks somewhere.
    pub fn click_at(&mut self, at: Pos2, button: PointerButton) -> Vec<LabCommand> {
        let mut asked = self.frame(vec![Event::PointerMoved(at)]);
        asked.append(&mut self.frame(vec![press(at, button, true)]));
        asked.append(&mut self.frame(vec![press(at, button, false)]));
        asked.append(&mut self.frame(vec![]));
        asked
    }

    /// Drags from one place to another in a few steps and lets go.
    pub fn drag(&mut self, from: Pos2, to: Pos2) -> Vec<LabCommand> {
        let mut asked = self.frame(vec![Event::PointerMoved(from)]);
        asked.append(&mut self.frame(vec![press(from, PointerButton::Primary, true)]));
        for step in 1..=4 {
            let at = from + (to - from) * (step as f32 / 4.0);
            asked.append(&mut self.frame(vec![Event::PointerMoved(at)]));
        }
        asked.append(&mut self.frame(vec![press(to, PointerButton::Primary, false)]));
        asked.append(&mut self.frame(vec![]));
        asked
    }

    /// Types into whatever has the keyboard, then Enter.
    pub fn type_text(&mut self, text: &str) -> Vec<LabCommand> {
        let mut asked = self.frame(vec![Event::Text(text.into())]);
        let enter = |pressed| Event::Key {
            key: egui::Key::Enter,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        asked.append(&mut self.frame(vec![enter(true)]));
        asked.append(&mut self.frame(vec![enter(false)]));
        asked
    }

    /// All texts while the pointer rests on one of them: with its hover text.
    pub fn hover(&mut self, text: &str) -> String {
        let Some(at) = self.find(text) else { panic!("`{text}` is not there:\n{}", self.text()) };
        self.hover_at(at)
    }

    /// All texts while the pointer rests there.
    pub fn hover_at(&mut self, at: Pos2) -> String {
        self.frame(vec![Event::PointerMoved(at + egui::vec2(1.0, 0.0))]);
        self.frame(vec![Event::PointerMoved(at)]);
        for _ in 0..12 {
            self.frame(vec![]);
        }
        let texts = std::mem::take(&mut self.texts);
        self.frame(vec![Event::PointerGone]);
        texts.iter().map(|(text, _)| format!("{text}\n")).collect()
    }
}

fn press(pos: Pos2, button: PointerButton, pressed: bool) -> Event {
    Event::PointerButton { pos, button, pressed, modifiers: Modifiers::NONE }
}

fn gather(shape: &egui::Shape, texts: &mut Vec<(String, Rect)>) {
    match shape {
        egui::Shape::Text(text) => {
            texts.push((text.galley.text().to_owned(), text.visual_bounding_rect()));
        }
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|s| gather(s, texts)),
        _ => {}
    }
}
