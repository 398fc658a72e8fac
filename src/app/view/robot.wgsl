// Robots whose links are put in place here: a robot is one mesh, each vertex knows its link, and the poses of all
// links of all robots are in one buffer. The same code serves the picture and the shadows.
// Only the coarse view has the simplest shadows: that is how it is known here.
#import bevy_pbr::{mesh_functions, view_transformations::position_world_to_clip}
#ifdef PREPASS_PIPELINE
#import bevy_pbr::prepass_io::{Vertex, VertexOutput}
#else
#import gaitlab::coarse::shade
#import bevy_pbr::{
    forward_io::{FragmentOutput, Vertex, VertexOutput},
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
}
#endif

// Per robot: tint and its share, then for each link its position and its orientation (x, y, z, w).
@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<storage, read> herd: array<vec4<f32>>;
// Rows per robot.
@group(#{MATERIAL_BIND_GROUP}) @binding(101) var<uniform> rows: vec4<u32>;

fn turn(q: vec4<f32>, v: vec3<f32>) -> vec3<f32> {
    return v + 2.0 * cross(q.xyz, cross(q.xyz, v) + q.w * v);
}

@vertex
fn vertex(in: Vertex) -> VertexOutput {
    var out: VertexOutput;
    let start = mesh_functions::get_tag(in.instance_index) * rows.x;
    let link = start + 1u + 2u * u32(in.uv_b.x + 0.5);
    let orientation = herd[link + 1u];
    out.world_position = vec4(herd[link].xyz + turn(orientation, in.position), 1.0);
    out.position = position_world_to_clip(out.world_position.xyz);
    out.uv = in.uv;
    out.uv_b = in.uv_b;
#ifdef PREPASS_PIPELINE
#ifdef UNCLIPPED_DEPTH_ORTHO_EMULATION
    out.unclipped_depth = out.position.z;
    out.position.z = min(out.position.z, 1.0);
#endif
    out.color = in.color;
#else
    out.world_normal = turn(orientation, in.normal);
    let tint = herd[start];
    out.color = vec4(mix(in.color.rgb, tint.rgb, tint.a * in.uv_b.y), 1.0);
#endif
#ifdef VERTEX_OUTPUT_INSTANCE_INDEX
    out.instance_index = in.instance_index;
#endif
    return out;
}

#ifndef PREPASS_PIPELINE
@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var pbr_input = pbr_input_from_standard_material(in, is_front);
    pbr_input.material.perceptual_roughness = in.uv.x;
    pbr_input.material.emissive = vec4(in.color.rgb * in.uv.y, pbr_input.material.emissive.a);

    var out: FragmentOutput;
#ifdef SHADOW_FILTER_METHOD_HARDWARE_2X2
    out.color = shade(pbr_input);
#else
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
#endif
    return out;
}
#endif
