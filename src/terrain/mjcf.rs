//! Boxes as MuJoCo's geoms.
use super::Boxes;

impl Boxes {
    /// One line of MJCF per box, named `box0` and so on; elements of the world.
    pub fn mjcf(&self) -> String {
        let numbers = |n: &[f32]| n.iter().map(f32::to_string).collect::<Vec<_>>().join(" ");
        let line = |(i, b): (usize, &super::OrientedBox)| {
            let (pos, quat, size) = (numbers(&b.center), numbers(&b.rotation), numbers(&b.half));
            format!("<geom name=\"box{i}\" type=\"box\" pos=\"{pos}\" quat=\"{quat}\" size=\"{size}\"/>\n")
        };
        self.list().iter().enumerate().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::OrientedBox;
    use super::*;

    #[test]
    fn every_box_is_a_geom() {
        let boxes = vec![OrientedBox::new([1.0, 0.5, 0.1], [0.2, 0.3, 0.1]); 2];
        let text = Boxes::new(boxes).unwrap().mjcf();
        let first = text.lines().next().unwrap();
        assert_eq!(
            first,
            "<geom name=\"box0\" type=\"box\" pos=\"1 0.5 0.1\" quat=\"1 0 0 0\" size=\"0.2 0.3 0.1\"/>"
        );
        assert_eq!(text.lines().count(), 2);
    }
}
