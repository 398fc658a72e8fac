//! What a robot *is*: links, joints, roles, limits, collision points, nominal pose, and the plain arrays in which
//! any simulator reports its state. Never names a physics engine, Bevy or libtorch.
mod draw;
pub mod export;
pub mod import;
mod load;
mod mesh_shape;
mod mirror;
pub mod mjcf;
mod pairs;
mod pose;
pub mod simple;
mod spec;
mod state;
#[cfg(test)]
pub mod testing;
mod xml_text;

pub use draw::{JointDraw, ModelDraw};
pub use load::{from_document, load};
pub use mesh_shape::DrawnMesh;
pub use mirror::{Mirrored, mirrored_joints};
pub use pairs::colliding_pairs;
pub use pose::{Skeleton, centre_of_mass, link_poses, point_w};
pub use spec::{
    Gains, JointSpec, LegSpec, LinkSpec, Nominal, PointSpec, RobotSpec, Roles, Shape, VisualSpec,
};
pub use state::{LinkPose, Posture, StartState, StateView, Twist};
