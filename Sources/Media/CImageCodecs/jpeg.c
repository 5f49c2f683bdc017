#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf failed;
    // How many rows of blocks have no data.
    double missing_rows;
    int ran_out;
} examiner;

typedef struct {
    struct jpeg_source_mgr manager;
    int is_at_end;
} memory_source;

static void give_up(j_common_ptr info) { longjmp(((examiner *)info->err)->failed, 1); }

static void stay_silent(j_common_ptr info) { (void)info; }

// Adds the rows of blocks that lack data from here to the next restart marker or, without one, to the end.
static void note_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    info->err->num_warnings++;
    if (info->err->msg_code != JWRN_HIT_MARKER || !info->is_decompressor) return;
    j_decompress_ptr jpeg = (j_decompress_ptr)info;
    examiner *self = (examiner *)info->err;
    self->ran_out = 1;
    // Scans that refine what is there already lose detail, and no part of the picture.
    if (jpeg->Ss != 0 || jpeg->Ah != 0 || jpeg->total_iMCU_rows == 0) return;
    double remaining = (double)jpeg->total_iMCU_rows - jpeg->input_iMCU_row;
    double lost = remaining;
    if (jpeg->restart_interval > 0 && jpeg->MCUs_per_row > 0)
        lost = (double)jpeg->restart_interval / jpeg->MCUs_per_row;
    self->missing_rows += lost < remaining ? lost : remaining;
}

static void start_source(j_decompress_ptr jpeg) { (void)jpeg; }

// Behind the last byte stands an end marker, again and again.
static boolean fill_source(j_decompress_ptr jpeg) {
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    memory_source *source = (memory_source *)jpeg->src;
    source->is_at_end = 1;
    source->manager.next_input_byte = end;
    source->manager.bytes_in_buffer = sizeof end;
    return TRUE;
}

static void skip_in_source(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    struct jpeg_source_mgr *source = jpeg->src;
    if ((size_t)count > source->bytes_in_buffer) {
        fill_source(jpeg);
        return;
    }
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

// Whether libjpeg gave up for the kind of file, and not for a fault in it.
static int is_about_kind(const struct jpeg_error_mgr *error) {
    const int jpeg_ls_frame = 0xF7;  // SOF55 of ISO/IEC 14495-1
    switch (error->msg_code) {
    case JERR_UNKNOWN_MARKER: return error->msg_parm.i[0] == jpeg_ls_frame;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_EMPTY_IMAGE: return 1;
    default: return 0;
    }
}

// Reads the scans of a file that has several, and keeps only their coefficients. Returns how many of the components
// never came, and of a progressive file how many are not complete.
static int read_scans(j_decompress_ptr jpeg) {
    int has_come[MAX_COMPONENTS] = {0};
    jpeg->buffered_image = TRUE;
    jpeg_start_decompress(jpeg);
    for (;;) {
        for (int index = 0; index < jpeg->comps_in_scan; index++)
            has_come[jpeg->cur_comp_info[index]->component_index] = 1;
        if (jpeg_consume_input(jpeg) == JPEG_REACHED_EOI) break;
    }
    int lacking = 0;
    for (int component = 0; component < jpeg->num_components; component++) {
        int is_complete = has_come[component];
        for (int place = 0; jpeg->coef_bits != NULL && place < DCTSIZE2; place++)
            if (jpeg->coef_bits[component][place] != 0) is_complete = 0;
        lacking += !is_complete;
    }
    return lacking;
}

// What changes while libjpeg may jump back lives here, outside of the function that it jumps to.
typedef struct {
    struct jpeg_decompress_struct jpeg;
    examiner errors;
    memory_source source;
    JSAMPLE *row;
    int lacking;
} examination;

// 0 where libjpeg came to the end, else the code of its error.
static int read_all(examination *self, const uint8_t *bytes, size_t count, int header_only) {
    j_decompress_ptr jpeg = &self->jpeg;
    jpeg->err = jpeg_std_error(&self->errors.manager);
    self->errors.manager.error_exit = give_up;
    self->errors.manager.emit_message = note_message;
    self->errors.manager.output_message = stay_silent;
    if (setjmp(self->errors.failed) != 0) return self->errors.manager.msg_code;
    jpeg_create_decompress(jpeg);
    self->source.manager.init_source = start_source;
    self->source.manager.fill_input_buffer = fill_source;
    self->source.manager.skip_input_data = skip_in_source;
    self->source.manager.resync_to_restart = jpeg_resync_to_restart;
    self->source.manager.term_source = start_source;
    self->source.manager.next_input_byte = bytes;
    self->source.manager.bytes_in_buffer = count;
    jpeg->src = &self->source.manager;
    jpeg_read_header(jpeg, TRUE);
    if (header_only) return 0;
    jpeg->out_color_space = jpeg->jpeg_color_space;
    jpeg->scale_num = 1;
    jpeg->scale_denom = 8;
    if (jpeg_has_multiple_scans(jpeg)) {
        self->lacking = read_scans(jpeg);
        return 0;
    }
    jpeg_start_decompress(jpeg);
    self->row = malloc((size_t)jpeg->output_width * (size_t)jpeg->output_components);
    if (self->row == NULL) return JERR_OUT_OF_MEMORY;
    while (jpeg->output_scanline < jpeg->output_height) jpeg_read_scanlines(jpeg, &self->row, 1);
    return 0;
}

cjpeg_report cjpeg_examine(const uint8_t *bytes, size_t count, int header_only) {
    examination self;
    memset(&self, 0, sizeof self);
    cjpeg_report report = {CJPEG_DAMAGED, 1};
    int error = read_all(&self, bytes, count, header_only);
    if (error == 0) {
        int is_cut = self.source.is_at_end && (self.errors.ran_out || self.lacking > 0);
        report.verdict = is_cut ? CJPEG_CUT_OFF : CJPEG_READABLE;
        report.missing_share = header_only ? 0 : self.errors.missing_rows / self.jpeg.total_iMCU_rows;
        if (report.missing_share > 1) report.missing_share = 1;
    } else if (is_about_kind(&self.errors.manager)) {
        report.verdict = CJPEG_UNSUPPORTED;
    } else if (self.source.is_at_end) {
        report.verdict = CJPEG_CUT_OFF;
    }
    jpeg_destroy_decompress(&self.jpeg);
    free(self.row);
    return report;
}
